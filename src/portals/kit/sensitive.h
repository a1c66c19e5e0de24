// SensitiveText: a text with secret parts that shows `***` wherever people look.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace tt::portals {

/// Built from plain and secret parts; `reveal()` goes on the wire, `masked()` everywhere else.
/// Secrets are looked up by reveal(), each time: a request that is kept for a retry uses the key
/// that a person has mended since.
class SensitiveText {
 public:
  SensitiveText() = default;
  SensitiveText(const std::string& plain) { append(std::string_view(plain)); }  // NOLINT
  SensitiveText(std::string_view plain) { append(plain); }                      // NOLINT
  SensitiveText(const char* plain) { append(std::string_view(plain)); }         // NOLINT
  explicit SensitiveText(const Secret& secret) { append(secret); }

  SensitiveText& append(std::string_view plain);
  SensitiveText& append(const std::string& plain) { return append(std::string_view(plain)); }
  SensitiveText& append(const char* plain) { return append(std::string_view(plain)); }
  SensitiveText& append(const Secret& secret) { return append_secret(secret, Form::kText); }
  /// Percent-encoded, for a query or a form.
  SensitiveText& append_encoded(const Secret& secret) {
    return append_secret(secret, Form::kEncoded);
  }
  /// Between the quotes of a JSON string.
  SensitiveText& append_json(const Secret& secret) { return append_secret(secret, Form::kJson); }
  /// Base64 of `user:password`.
  SensitiveText& append_basic(std::string_view user, const Secret& password);
  /// A secret URL as the beginning of a longer one: without slashes at its end.
  SensitiveText& append_base(const Secret& url) { return append_secret(url, Form::kBase); }
  /// A text derived from a secret (a signature).
  SensitiveText& append_secret(std::string_view derived) { return append_as(derived, "***"); }
  /// Shown as `masked`: a URL whose user name may be read and whose password may not.
  SensitiveText& append_as(std::string_view text, std::string_view masked);
  SensitiveText& append(const SensitiveText& other);

  bool empty() const { return parts_.empty() && masked_.empty(); }
  /// Without a secret: masked() says it all.
  bool is_plain() const { return parts_.empty(); }
  std::string reveal() const;
  const std::string& masked() const { return masked_; }
  /// Names of the secrets that have no text now ("env TOKEN"); nothing can be sent then.
  std::vector<std::string> missing() const;
  /// The texts that masked() hides: what must not show up in errors and answers either.
  std::vector<std::string> secrets() const;

 private:
  enum class Form : std::uint8_t { kPlain, kHidden, kText, kEncoded, kJson, kBasic, kBase };
  struct Part {
    Form form = Form::kPlain;
    std::string text;  ///< Plain and hidden: the text; basic: the user.
    Secret secret;
  };
  SensitiveText& append_secret(const Secret& secret, Form form);
  SensitiveText& append_part(Part part, std::string_view masked);
  static std::string reveal(const Part& part);

  std::vector<Part> parts_;  ///< From the first secret on; most texts have none.
  std::string masked_;
};

/// Header or form fields, in order.
using SensitiveFields = std::vector<std::pair<std::string, SensitiveText>>;

}  // namespace tt::portals
