// SensitiveText: a text with secret parts that shows `***` wherever people look.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace tt::portals {

/// Built from plain and secret parts; `reveal()` goes on the wire, `masked()` everywhere else.
class SensitiveText {
 public:
  SensitiveText() = default;
  SensitiveText(std::string plain) : text_(std::move(plain)), masked_(text_) {}  // NOLINT
  SensitiveText(std::string_view plain) : SensitiveText(std::string(plain)) {}   // NOLINT
  SensitiveText(const char* plain) : SensitiveText(std::string(plain)) {}        // NOLINT
  explicit SensitiveText(const Secret& secret) { append(secret); }

  SensitiveText& append(std::string_view plain) {
    text_ += plain;
    masked_ += plain;
    return *this;
  }
  SensitiveText& append(const Secret& secret) { return append_secret(secret.reveal()); }
  /// A text derived from a secret (a signature, base64 of a password).
  SensitiveText& append_secret(std::string_view derived) { return append_as(derived, "***"); }
  /// Shown as `masked`: a URL whose user name may be read and whose password may not.
  SensitiveText& append_as(std::string_view text, std::string_view masked) {
    text_ += text;
    masked_ += masked;
    if (text != masked && !text.empty()) secrets_.emplace_back(text);
    return *this;
  }
  SensitiveText& append(const SensitiveText& other) {
    text_ += other.text_;
    masked_ += other.masked_;
    secrets_.insert(secrets_.end(), other.secrets_.begin(), other.secrets_.end());
    return *this;
  }
  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }
  const std::string& masked() const { return masked_; }
  /// The parts that masked() hides: what must not show up in errors and answers either.
  const std::vector<std::string>& secrets() const { return secrets_; }

 private:
  std::string text_, masked_;
  std::vector<std::string> secrets_;
};

/// Header or form fields, in order.
using SensitiveFields = std::vector<std::pair<std::string, SensitiveText>>;

}  // namespace tt::portals
