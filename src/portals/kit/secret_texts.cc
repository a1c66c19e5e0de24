// Searching texts of plugins and programs for secrets.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/secret_texts.h"

#include <algorithm>

#include "config/secret_text.h"

namespace tt::portals {

// Of two that begin at one place the longer one is meant.
SecretTexts::SecretTexts(std::vector<std::pair<Secret, std::string>> secrets)
    : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const auto& s) { return s.second.size() < config::kSecretBytesMin; });
  std::stable_sort(secrets_.begin(), secrets_.end(),
                   [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
}

SecretTexts::Found SecretTexts::find(std::string_view text) const {
  Found first;
  for (const auto& secret : secrets_)
    if (const std::size_t at = text.find(secret.second); at < first.begin) first = {at, &secret};
  return first;
}

bool SecretTexts::contains_any(std::string_view text) const { return find(text).secret != nullptr; }

std::string SecretTexts::mask(std::string_view text) const {
  SensitiveText out;
  append(out, text);
  return out.masked();
}

std::string SecretTexts::mask_cut(std::string_view text) const {
  // What is left behind the last whole secret may end with the beginning of another one.
  std::string_view rest = text;
  for (Found found = find(rest); found.secret; found = find(rest))
    rest.remove_prefix(found.begin + found.secret->second.size());
  std::size_t cut = 0;
  for (const auto& [secret, whole] : secrets_)
    for (std::size_t size = std::min(whole.size() - 1, rest.size()); size > cut; --size)
      if (rest.ends_with(std::string_view(whole).substr(0, size))) cut = size;
  return mask(text.substr(0, text.size() - cut)) + (cut > 0 ? "***" : "");
}

void SecretTexts::append(SensitiveText& out, std::string_view text) const {
  for (Found found = find(text); found.secret; found = find(text)) {
    out.append(text.substr(0, found.begin)).append(found.secret->first);
    text.remove_prefix(found.begin + found.secret->second.size());
  }
  out.append(text);
}

}  // namespace tt::portals
