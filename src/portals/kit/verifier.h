// Verifier: the option `verify` of every HTTP entry: how a sender proves itself by signature.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "config/field.h"
#include "net/http.h"
#include "portals/kit/signature.h"

namespace tt::portals {

enum class VerifyScheme : std::uint8_t {
  kNone,
  kToken,
  kHmac,
  kGithub,
  kGitlab,
  kGrafana,
  kPagerduty,
  kSentry,
  kSlack,
  kStandardWebhooks,
  kStripe,
};

/// As configured. Immutable afterwards, thread safe.
struct Verifier {
  VerifyScheme scheme = VerifyScheme::kNone;
  Secret secret;
  std::string header, algorithm = "sha256", prefix, content = "{body}", timestamp_header, id_header;
  HmacScheme::Encoding encoding = HmacScheme::Encoding::kHex;
  config::Duration tolerance = kSignatureToleranceNs;

  static constexpr std::string_view kTypeName = "verify";
  static constexpr auto fields();
  static Status check(const Verifier& verifier);

  bool is_set() const { return scheme != VerifyScheme::kNone; }
  /// `body` as it was on the wire. True when nothing is to be verified.
  bool accepts(const net::Headers& headers, std::string_view body, WallNs now_ns) const;
};

}  // namespace tt::portals

namespace tt::config {
template <>
struct EnumWords<portals::VerifyScheme> {
  static constexpr EnumWord words[] = {
      {"none", 0},    {"token", 1},     {"hmac", 2},   {"github", 3}, {"gitlab", 4},
      {"grafana", 5}, {"pagerduty", 6}, {"sentry", 7}, {"slack", 8},  {"standard-webhooks", 9},
      {"stripe", 10}};
};
template <>
struct EnumWords<portals::HmacScheme::Encoding> {
  static constexpr EnumWord words[] = {{"hex", 0}, {"base64", 1}};
};
}  // namespace tt::config

namespace tt::portals {

constexpr auto Verifier::fields() {
  return std::tuple{
      config::field("scheme", &Verifier::scheme,
                    "`token`: the secret itself in `header`; `hmac`: a digest as the options below "
                    "describe it; the others are those of the services of that name.")
          .example("github"),
      config::field("secret", &Verifier::secret, "Shared secret; a list while it changes.")
          .default_text("none")
          .example("{env: HOOK_SECRET}"),
      config::field("header", &Verifier::header, "Header with the digest or the token.")
          .default_text("that of the scheme")
          .example("X-Signature"),
      config::field("algorithm", &Verifier::algorithm, "`sha1`, `sha256` or `sha512`."),
      config::field("encoding", &Verifier::encoding, "How the digest is written."),
      config::field("prefix", &Verifier::prefix, "Text before the digest.")
          .default_text("none")
          .example("sha256="),
      config::field("content", &Verifier::content,
                    "What is signed, from `{body}`, `{timestamp}` and `{id}`."),
      config::field("timestamp_header", &Verifier::timestamp_header,
                    "Header with the unix time that is signed; with `grafana` the one configured "
                    "there.")
          .default_text("none"),
      config::field("id_header", &Verifier::id_header, "Header with the id that is signed.")
          .default_text("none"),
      config::field("tolerance", &Verifier::tolerance,
                    "How far a signed time may lie from ours: what is older is a replay.")
          .minimum(1e9)
          .maximum(86'400e9),
  };
}

}  // namespace tt::portals
