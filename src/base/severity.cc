// The words for severities. Sources: RFC 5424 section 6.2.1 (names and numbers), the level names of
// syslog(3), log4j, Python logging, Go slog, glog, systemd, GELF, PagerDuty, Nagios, OpenTelemetry
// and Zabbix.
// SPDX-License-Identifier: Apache-2.0
#include "base/severity.h"

#include <algorithm>
#include <array>

namespace tt {
namespace {

using enum Severity;

struct Spelling {
  std::string_view word;
  Severity severity;
};

// Sorted by word. Not here, on purpose: ok, resolved, unknown, none (states, not severities).
constexpr std::array kSpellings{
    Spelling{"0", kEmergency},
    Spelling{"1", kAlert},
    Spelling{"2", kCritical},
    Spelling{"3", kError},
    Spelling{"4", kWarning},
    Spelling{"5", kNotice},
    Spelling{"6", kInfo},
    Spelling{"7", kDebug},
    Spelling{"alert", kAlert},
    Spelling{"average", kError},
    Spelling{"blocker", kCritical},
    Spelling{"crit", kCritical},
    Spelling{"critical", kCritical},
    Spelling{"dbg", kDebug},
    Spelling{"debug", kDebug},
    Spelling{"disaster", kEmergency},
    Spelling{"emerg", kEmergency},
    Spelling{"emergency", kEmergency},
    Spelling{"err", kError},
    Spelling{"error", kError},
    Spelling{"fatal", kCritical},
    Spelling{"fine", kDebug},
    Spelling{"finer", kDebug},
    Spelling{"finest", kDebug},
    Spelling{"high", kError},
    Spelling{"inf", kInfo},
    Spelling{"info", kInfo},
    Spelling{"information", kInfo},
    Spelling{"informational", kInfo},
    Spelling{"low", kNotice},
    Spelling{"major", kError},
    Spelling{"medium", kWarning},
    Spelling{"minor", kWarning},
    Spelling{"moderate", kWarning},
    Spelling{"note", kNotice},
    Spelling{"notice", kNotice},
    Spelling{"page", kCritical},
    Spelling{"panic", kEmergency},
    Spelling{"severe", kError},
    Spelling{"trace", kDebug},
    Spelling{"verbose", kDebug},
    Spelling{"warn", kWarning},
    Spelling{"warning", kWarning},
    Spelling{"wrn", kWarning},
};
static_assert(std::is_sorted(kSpellings.begin(), kSpellings.end(),
                             [](const auto& a, const auto& b) { return a.word < b.word; }));
constexpr std::size_t kWordBytesMax = 13;  // "informational"

const Spelling* find_spelling(std::string_view word) {
  while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) word.remove_prefix(1);
  while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.remove_suffix(1);
  if (word.empty() || word.size() > kWordBytesMax) return nullptr;
  std::array<char, kWordBytesMax> lower{};
  std::transform(word.begin(), word.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view key(lower.data(), word.size());
  const auto* found = std::lower_bound(
      kSpellings.begin(), kSpellings.end(), key,
      [](const Spelling& spelling, std::string_view wanted) { return spelling.word < wanted; });
  return found != kSpellings.end() && found->word == key ? found : nullptr;
}

}  // namespace

std::string_view to_string(Severity severity) {
  return kSeverityWords[static_cast<std::size_t>(severity)];
}

std::optional<Severity> parse_severity(std::string_view word) {
  // Entry portals write the canonical words; every other spelling may take longer.
  for (std::size_t i = 0; i < kSeverityWords.size(); ++i)
    if (kSeverityWords[i] == word) return static_cast<Severity>(i);
  const Spelling* found = find_spelling(word);
  return found ? std::optional(found->severity) : std::nullopt;
}

std::string_view normalise_severity(std::string_view word, std::string_view fallback) {
  const auto severity = parse_severity(word);
  return severity ? to_string(*severity) : fallback;
}

int severity_rank(std::string_view word) {
  return static_cast<int>(parse_severity(word).value_or(kInfo));
}

}  // namespace tt
