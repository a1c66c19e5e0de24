// Severity words: the eight ranks, the spellings that senders use, comparison by rank.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace tt {

/// Canonical words from lowest to highest rank: debug info notice warning error critical alert
/// emergency.
enum class Severity : unsigned char {
  kDebug,
  kInfo,
  kNotice,
  kWarning,
  kError,
  kCritical,
  kAlert,
  kEmergency
};
inline constexpr std::array<std::string_view, 8> kSeverityWords{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};
std::string_view to_string(Severity severity);
/// What a sender means by a word, as normalise_severity reads it.
std::optional<Severity> parse_severity(std::string_view word);

/// The canonical word for what a sender wrote ("crit", "err", "WARN", "fatal", "0".."7" as in RFC
/// 5424), or `fallback` when the word is not known.
std::string_view normalise_severity(std::string_view word, std::string_view fallback = "");

/// 0..7; words that are not known rank as info.
int severity_rank(std::string_view word);

}  // namespace tt
