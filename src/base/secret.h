// Secret: a text that is never printed, only revealed where it is used.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tt {

/// Where a secret's text comes from; a literal has no file and no name.
struct SecretSource {
  enum class Kind : unsigned char { kLiteral, kEnv, kFile, kCredential } kind = Kind::kLiteral;
  std::string name;  ///< Name of the variable or credential, path of the file; empty for literals.
};

/// One secret, or several for rotation (the first signs, all verify). Copies share the text, and a
/// file behind it is read again when it changed. There is no way to stream or format it: logs,
/// errors, the API and dumps show `***`. Thread safe.
class Secret {
 public:
  Secret() = default;
  /// A literal (tests, `-o key=value`, configuration with a warning).
  explicit Secret(std::string literal);
  static Secret from(std::vector<SecretSource> sources, std::vector<std::string> literals);

  bool empty() const { return !state_; }
  /// The current text that signs or authenticates; empty when the source has none (missing
  /// variable, unreadable file). Trailing newlines of files are removed.
  std::string reveal() const;
  /// All texts that verify, in order, without empty ones.
  std::vector<std::string> reveal_all() const;
  /// Sources for diagnostics: "env GITLAB_TOKEN"; says when one has no text. Never the text.
  std::vector<std::string> missing() const;
  bool is_literal() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// True when `given` equals any of the secret's texts; constant time in content and length.
bool verify_equal(const Secret& secret, std::string_view given);

/// True when a name (of a query parameter, say) tells that its value is a credential: `api_key`,
/// `X-Token`.
bool is_secret_name(std::string_view name);

/// Replaces userinfo and the values of token-like query parameters of URLs inside `text` by `***`.
std::string redact_urls(std::string_view text);

}  // namespace tt
