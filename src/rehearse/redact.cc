// Knows what secrets are called and what they look like.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/redact.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"

namespace tt::rehearse {

bool is_secret_field(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kWords{
      "token",  "secret",  "passw",   "passphrase", "pwd",        "credential",  "authorization",
      "cookie", "api_key", "api-key", "apikey",     "access_key", "private_key", "signature"};
  const std::string lower = to_lower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string redact(std::string_view text) {
  static const RE2 kSchemes(R"((?i)\b(bearer|basic|token)\s+[a-z0-9._~+/=-]{8,})");
  static const RE2 kPrefixes(
      R"(\b(?:glpat-|gh[pousr]_|github_pat_|xox[abeprs]-|whsec_|AKIA|sk-)[A-Za-z0-9_-]{8,})");
  static const RE2 kWebTokens(R"(\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)");
  std::string out = redact_urls(text);
  RE2::GlobalReplace(&out, kSchemes, R"(\1 ***)");
  RE2::GlobalReplace(&out, kPrefixes, "***");
  RE2::GlobalReplace(&out, kWebTokens, "***");
  return out;
}

}  // namespace tt::rehearse
