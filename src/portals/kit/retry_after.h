// RetryAfter: how long the other side asks us to wait, in all the ways that services say it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tt::portals {

struct ExitAnswer;

/// Retry-After as delta-seconds or HTTP-date (RFC 9110 section 10.2.3), clamped to [0, 1 h].
std::optional<std::int64_t> parse_retry_after(std::string_view value, WallNs now_ns);

/// The longest pause that this answer asks for, clamped to [0, 1 h]; nothing: it asks for none.
/// Understood are
///
/// - `Retry-After` and `X-Retry-After`, with any status;
/// - with 429 the end of a window in which nothing may be sent any more: `RateLimit-Reset`
///   (draft-ietf-httpapi-ratelimit-headers-06), `X-RateLimit-Reset`, `X-Rate-Limit-Reset` and
///   HipChat's `X-FloodControl-Reset`, in seconds or as Unix time, and Discord's
///   `X-RateLimit-Reset-After`; unless the `-Remaining` of the same name says that something may;
/// - with 429 and 503 a JSON body with `retry_after` (Discord; Telegram has it under `parameters`)
///   in seconds, or `retry_after_ms` (Matrix).
std::optional<std::int64_t> asked_pause_ns(const ExitAnswer& answer, WallNs now_ns);

}  // namespace tt::portals
