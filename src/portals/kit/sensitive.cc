// Parts are kept apart until the text goes on the wire.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/sensitive.h"

#include "base/digest.h"
#include "base/text.h"

namespace tt::portals {
namespace {

constexpr std::string_view kMask = "***";

}  // namespace

SensitiveText& SensitiveText::append(std::string_view plain) {
  if (!parts_.empty()) {
    if (parts_.back().form != Form::kPlain) parts_.emplace_back();
    parts_.back().text += plain;
  }
  masked_ += plain;
  return *this;
}

SensitiveText& SensitiveText::append_basic(std::string_view user, const Secret& password) {
  return append_part({Form::kBasic, std::string(user), password}, kMask);
}

SensitiveText& SensitiveText::append_as(std::string_view text, std::string_view masked) {
  if (text == masked) return append(text);
  return append_part({.form = Form::kHidden, .text = std::string(text)}, masked);
}

SensitiveText& SensitiveText::append(const SensitiveText& other) {
  if (other.is_plain()) return append(std::string_view(other.masked_));
  if (parts_.empty()) parts_.push_back({.text = masked_});
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
  masked_ += other.masked_;
  return *this;
}

SensitiveText& SensitiveText::append_secret(const Secret& secret, Form form) {
  return append_part({.form = form, .secret = secret}, kMask);
}

SensitiveText& SensitiveText::append_part(Part part, std::string_view masked) {
  if (parts_.empty()) parts_.push_back({.text = masked_});
  parts_.push_back(std::move(part));
  masked_ += masked;
  return *this;
}

std::string SensitiveText::reveal(const Part& part) {
  switch (part.form) {
    case Form::kPlain:
    case Form::kHidden:
      return part.text;
    case Form::kText:
      return part.secret.reveal();
    case Form::kEncoded:
      return percent_encode(part.secret.reveal());
    case Form::kJson: {
      const std::string quoted = json_string(part.secret.reveal());
      return quoted.substr(1, quoted.size() - 2);
    }
    case Form::kBasic:
      return base64(part.text + ":" + part.secret.reveal());
    case Form::kBase:
      break;
  }
  std::string url = part.secret.reveal();
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string SensitiveText::reveal() const {
  if (is_plain()) return masked_;
  std::string text;
  for (const Part& part : parts_) text += reveal(part);
  return text;
}

std::vector<std::string> SensitiveText::missing() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.form == Form::kPlain || part.form == Form::kHidden) continue;
    if (!part.secret.reveal().empty()) continue;
    const std::vector<std::string> known = part.secret.missing();
    names.push_back(known.empty() ? "an empty secret" : known.front());
  }
  return names;
}

std::vector<std::string> SensitiveText::secrets() const {
  std::vector<std::string> texts;
  for (const Part& part : parts_) {
    if (part.form == Form::kPlain) continue;
    texts.push_back(reveal(part));
    if (part.form == Form::kBasic || part.form == Form::kEncoded || part.form == Form::kJson)
      texts.push_back(part.secret.reveal());
  }
  return texts;
}

}  // namespace tt::portals
