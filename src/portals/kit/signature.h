// Signatures of webhooks: Standard Webhooks both ways, GitHub's, and the general HMAC form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "net/http.h"

namespace tt::portals {

/// How far a signed time may lie from ours, either way (standard-webhooks spec, "Verifying").
constexpr std::int64_t kSignatureToleranceNs = 300 * kNsPerSec;

/// The key behind a secret's text: `whsec_` is removed and the rest read as base64; a text that is
/// not base64 is the key itself.
std::string webhook_key(std::string_view secret);
/// `v1,<base64>` for every key of the secret, separated by spaces: receivers that rotate keep
/// working. Empty when the secret has no text.
std::string sign_webhook(const Secret& secret, std::string_view id, std::int64_t unix_seconds,
                         std::string_view body);
/// Checks webhook-id, webhook-timestamp and webhook-signature over the raw body: any v1 signature
/// under any key, time within the tolerance. False when the secret has no text.
bool verify_webhook(const Secret& secret, const net::Headers& headers, std::string_view body,
                    WallNs now_ns, std::int64_t tolerance_ns = kSignatureToleranceNs);

/// GitHub, Gitea: X-Hub-Signature-256 `sha256=<hex>` over the raw body. `header` is the value.
bool verify_hub_signature(const Secret& secret, std::string_view header, std::string_view body);

/// The general form: a header with one or several (comma or space separated) digests.
struct HmacScheme {
  std::string header;                ///< "X-Signature".
  std::string algorithm = "sha256";  ///< sha1, sha256, sha512.
  enum class Encoding : std::uint8_t { kHex, kBase64 } encoding = Encoding::kHex;
  std::string prefix;  ///< Before each digest: "sha256=", "v1=".
  /// What is signed: `{body}`, `{timestamp}` and `{id}` are replaced.
  std::string content = "{body}";
  std::string timestamp_header;  ///< Unix seconds; must be within the tolerance when named.
  std::string timestamp_prefix;  ///< Or where the time stands among the digests: "t=".
  std::string id_header;
  std::int64_t tolerance_ns = kSignatureToleranceNs;
};
/// False when a header that the scheme names is missing or the secret has no text.
bool verify_hmac(const HmacScheme& scheme, const Secret& secret, const net::Headers& headers,
                 std::string_view body, WallNs now_ns);

}  // namespace tt::portals
