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
  if (plain.empty()) return *this;
  masked_ += plain;
  if (!parts_.empty() && parts_.back().form == Form::kPlain)
    parts_.back().text += plain;
  else
    parts_.push_back({.text = std::string(plain)});
  return *this;
}

SensitiveText& SensitiveText::append_basic(std::string_view user, const Secret& password) {
  parts_.push_back({Form::kBasic, std::string(user), password});
  masked_ += kMask;
  return *this;
}

SensitiveText& SensitiveText::append_as(std::string_view text, std::string_view masked) {
  if (text == masked) return append(text);
  parts_.push_back({.form = Form::kHidden, .text = std::string(text)});
  masked_ += masked;
  return *this;
}

SensitiveText& SensitiveText::append(const SensitiveText& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
  masked_ += other.masked_;
  return *this;
}

SensitiveText& SensitiveText::append_secret(const Secret& secret, Form form) {
  parts_.push_back({.form = form, .secret = secret});
  masked_ += kMask;
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
    if (part.form == Form::kBasic || part.form == Form::kEncoded)
      texts.push_back(part.secret.reveal());
  }
  return texts;
}

}  // namespace tt::portals
