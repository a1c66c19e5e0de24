// SecretTexts: the secrets that a plugin or a program was given, found again in whatever it says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "portals/kit/sensitive.h"

namespace tt::portals {

/// Code of others gets secrets as plain texts, and may put them anywhere: what it writes is
/// searched for them, so that nothing depends on its author's care. Immutable, thread safe.
class SecretTexts {
 public:
  SecretTexts() = default;
  /// Each with the text that was handed out.
  explicit SecretTexts(std::vector<std::pair<Secret, std::string>> secrets);

  /// `text` with `***` where a secret stands.
  std::string mask(std::string_view text) const;
  /// The same of the beginning of a longer text: a secret of which only the beginning stands before
  /// the cut is masked, too.
  std::string mask_cut(std::string_view text) const;
  /// The same as a text to send: at its places the secrets themselves, as they are when it is sent.
  void append(SensitiveText& out, std::string_view text) const;
  bool contains_any(std::string_view text) const;

 private:
  struct Found {
    std::size_t begin = std::string_view::npos;
    const std::pair<Secret, std::string>* secret = nullptr;
  };
  Found find(std::string_view text) const;

  std::vector<std::pair<Secret, std::string>> secrets_;  // Longest first.
};

}  // namespace tt::portals
