// Reading pauses out of headers and bodies.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/retry_after.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>

#include "base/text.h"
#include "base/units.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

constexpr std::int64_t kPauseNsMax = 3600 * kNsPerSec;
// Larger numbers are times: nobody asks for 31 years.
constexpr double kEpochSecondsMin = 1e9, kEpochMillisMin = 1e12;
// A longer body is no message of a rate limiter.
constexpr std::size_t kBodyBytesMax = 64u << 10;

std::int64_t clamped_ns(double seconds) {
  if (!(seconds > 0)) return 0;
  return seconds >= 3600 ? kPauseNsMax : static_cast<std::int64_t>(seconds * 1e9);
}

/// The longest of what was said so far.
void longer(std::optional<std::int64_t>& pause, std::optional<std::int64_t> said) {
  if (said) pause = std::max(pause.value_or(0), *said);
}

/// Seconds from now, or a time: some services say the one, some the other under the same name.
/// HipChat (https://developer.atlassian.com/server/hipchat/rate-limiting/) and GitHub say a time.
std::optional<std::int64_t> pause_of_reset(std::string_view value, WallNs now_ns) {
  const auto number = parse_double(trim(value));
  if (!number || *number < 0) return parse_retry_after(value, now_ns);
  const double now = static_cast<double>(now_ns) * 1e-9;
  if (*number >= kEpochMillisMin) return clamped_ns(*number * 1e-3 - now);
  return clamped_ns(*number >= kEpochSecondsMin ? *number - now : *number);
}

std::optional<std::int64_t> window_pause(const ExitAnswer& answer, std::string_view family,
                                         WallNs now_ns) {
  const std::string prefix(family);
  const std::string_view remaining = trim(answer.header(prefix + "-remaining"));
  if (!remaining.empty() && remaining != "0") return std::nullopt;
  // Finer, and free of clocks that differ.
  if (const auto after = parse_double(trim(answer.header(prefix + "-reset-after"))))
    return clamped_ns(*after);
  return pause_of_reset(answer.header(prefix + "-reset"), now_ns);
}

std::optional<std::int64_t> body_pause(std::string_view body) {
  body = trim(body);
  if (!body.starts_with('{') || body.size() > kBodyBytesMax) return std::nullopt;
  const auto json = parse_json(body);
  if (!json) return std::nullopt;
  std::optional<std::int64_t> pause;
  for (const char* path : {"retry_after", "parameters.retry_after"})
    if (const auto seconds = number_at(*json, path)) longer(pause, clamped_ns(*seconds));
  if (const auto millis = number_at(*json, "retry_after_ms"))
    longer(pause, clamped_ns(*millis * 1e-3));
  return pause;
}

}  // namespace

std::optional<std::int64_t> parse_retry_after(std::string_view value, WallNs now_ns) {
  value = trim(value);
  if (value.empty()) return std::nullopt;
  if (std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const auto seconds = parse_u64(value);
    // Digits that 64 bits cannot hold are a very long time, too.
    if (!seconds || *seconds > 3600) return kPauseNsMax;
    return static_cast<std::int64_t>(*seconds) * kNsPerSec;
  }
  const auto time = parse_http_date(value);
  if (!time) return std::nullopt;
  if (*time <= now_ns) return 0;
  // Unsigned: the two may be further apart than the signed type can say.
  const auto pause = static_cast<std::uint64_t>(*time) - static_cast<std::uint64_t>(now_ns);
  return static_cast<std::int64_t>(std::min<std::uint64_t>(pause, kPauseNsMax));
}

std::optional<std::int64_t> asked_pause_ns(const ExitAnswer& answer, WallNs now_ns) {
  std::optional<std::int64_t> pause;
  for (const char* name : {"retry-after", "x-retry-after"})
    longer(pause, parse_retry_after(answer.header(name), now_ns));
  if (answer.status == 429)
    for (const char* family : {"ratelimit", "x-ratelimit", "x-rate-limit", "x-floodcontrol"})
      longer(pause, window_pause(answer, family, now_ns));
  if (answer.status == 429 || answer.status == 503) longer(pause, body_pause(answer.body));
  return pause;
}

}  // namespace tt::portals
