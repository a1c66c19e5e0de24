// HMAC signing and verification; every comparison is in constant time.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/signature.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"

namespace tt::portals {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
// Receivers stop looking after this many: a header is short, but not ours.
constexpr std::size_t kSignaturesMax = 16;

std::string signature_of(std::string_view key, std::string_view id, std::string_view timestamp,
                         std::string_view body) {
  std::string content;
  content.reserve(id.size() + timestamp.size() + body.size() + 2);
  content.append(id).append(".").append(timestamp).append(".").append(body);
  return base64(as_text(hmac_sha256(key, content)));
}

/// The whole seconds at the start of a header: the reference libraries read `12.5` as 12 and sign
/// that.
std::optional<std::string_view> leading_seconds(std::string_view text) {
  text = trim(text);
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 10) return std::nullopt;
  return text.substr(0, digits);
}

bool is_recent(std::string_view seconds, WallNs now_ns, std::int64_t tolerance_ns) {
  const auto parsed = parse_i64(seconds);
  if (!parsed) return false;
  const std::int64_t distance_sec = now_ns / kNsPerSec - *parsed;
  const std::int64_t tolerance_sec = tolerance_ns / kNsPerSec;
  return distance_sec <= tolerance_sec && distance_sec >= -tolerance_sec;
}

std::string fill(std::string_view pattern, std::string_view body, std::string_view timestamp,
                 std::string_view id) {
  std::string out;
  out.reserve(pattern.size() + body.size() + timestamp.size() + id.size());
  while (!pattern.empty()) {
    const auto take = [&](std::string_view name, std::string_view value) {
      if (!pattern.starts_with(name)) return false;
      out += value;
      pattern.remove_prefix(name.size());
      return true;
    };
    if (take("{body}", body) || take("{timestamp}", timestamp) || take("{id}", id)) continue;
    out += pattern.front();
    pattern.remove_prefix(1);
  }
  return out;
}

bool digest_fits(const HmacScheme& scheme, std::string_view given, std::string_view expected) {
  if (!given.starts_with(scheme.prefix)) return false;
  given.remove_prefix(scheme.prefix.size());
  const auto bytes = scheme.encoding == HmacScheme::Encoding::kHex ? unhex(given) : unbase64(given);
  return bytes && equal_constant_time(*bytes, expected);
}

/// What follows `prefix` in the first part that begins with it; empty when none does.
std::string_view part_after(const std::vector<std::string_view>& parts, std::string_view prefix) {
  for (const std::string_view part : parts)
    if (part.starts_with(prefix)) return part.substr(prefix.size());
  return {};
}

}  // namespace

std::string webhook_key(std::string_view secret) {
  if (secret.starts_with(kSecretPrefix)) secret.remove_prefix(kSecretPrefix.size());
  if (auto key = unbase64(secret); key && !key->empty()) return *std::move(key);
  return std::string(secret);
}

std::string sign_webhook(const Secret& secret, std::string_view id, std::int64_t unix_seconds,
                         std::string_view body) {
  std::string all;
  const std::string timestamp = std::to_string(unix_seconds);
  for (const std::string& text : secret.reveal_all()) {
    if (!all.empty()) all += ' ';
    all += "v1," + signature_of(webhook_key(text), id, timestamp, body);
  }
  return all;
}

bool verify_webhook(const Secret& secret, const net::Headers& headers, std::string_view body,
                    WallNs now_ns, std::int64_t tolerance_ns) {
  const std::string_view id = net::find_header(headers, "webhook-id");
  const auto seconds = leading_seconds(net::find_header(headers, "webhook-timestamp"));
  if (id.empty() || !seconds || !is_recent(*seconds, now_ns, tolerance_ns)) return false;
  const auto given = split(net::find_header(headers, "webhook-signature"), ' ');
  bool fits = false;
  for (const std::string& text : secret.reveal_all()) {
    const std::string expected = "v1," + signature_of(webhook_key(text), id, *seconds, body);
    for (std::size_t i = 0; i < given.size() && i < kSignaturesMax; ++i)
      fits |= equal_constant_time(expected, given[i]);
  }
  return fits;
}

bool verify_hub_signature(const Secret& secret, std::string_view header, std::string_view body) {
  HmacScheme scheme;
  scheme.header = "signature";
  scheme.prefix = "sha256=";
  return verify_hmac(scheme, secret, {{"signature", std::string(header)}}, body, 0);
}

bool verify_hmac(const HmacScheme& scheme, const Secret& secret, const net::Headers& headers,
                 std::string_view body, WallNs now_ns) {
  std::string given(net::find_header(headers, scheme.header));
  // A prefix like `HMAC ` stands before one digest.
  const bool is_one = scheme.prefix.find_first_of(" ,") != std::string::npos;
  if (!is_one) std::replace(given.begin(), given.end(), ',', ' ');
  const auto digests = is_one ? std::vector{trim(given)} : split(given, ' ');
  std::string_view timestamp, id;
  if (!scheme.timestamp_header.empty())
    timestamp = trim(net::find_header(headers, scheme.timestamp_header));
  else if (!scheme.timestamp_prefix.empty())
    timestamp = part_after(digests, scheme.timestamp_prefix);
  if (!scheme.timestamp_header.empty() || !scheme.timestamp_prefix.empty()) {
    const auto seconds = leading_seconds(timestamp);
    if (!seconds || seconds->size() != timestamp.size() ||
        !is_recent(*seconds, now_ns, scheme.tolerance_ns))
      return false;
  }
  if (!scheme.id_header.empty()) {
    id = net::find_header(headers, scheme.id_header);
    if (id.empty()) return false;
  }
  const std::string content = fill(scheme.content, body, timestamp, id);
  bool fits = false;
  for (const std::string& key : secret.reveal_all()) {
    const std::string expected = hmac(scheme.algorithm, key, content);
    if (expected.empty()) return false;
    for (std::size_t i = 0; i < digests.size() && i < kSignaturesMax; ++i)
      fits |= !digests[i].empty() && digest_fits(scheme, digests[i], expected);
  }
  return fits;
}

}  // namespace tt::portals
