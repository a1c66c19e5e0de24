// Lines of DogStatsD that are no metrics: events and service checks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace tt::portals::entry::statsd {

/// What may follow an event or a check, each behind a `|`. Texts point into the line.
struct Extras {
  std::optional<std::int64_t> time;  ///< `d:`, seconds since 1970.
  std::string_view host, key, priority, origin, alert_type, container;
  std::vector<std::string_view> tags;
  std::string message;  ///< `m:` of checks, unescaped.
  std::string unknown;  ///< What this version does not know, as it came.
};

struct Event {
  std::string title, text;  ///< Unescaped.
  Extras extras;
};

struct ServiceCheck {
  std::string_view name;
  int status = 0;  ///< 0 ok, 1 warning, 2 critical, 3 unknown.
  Extras extras;
};

/// `_e{<length of title>,<length of text>}:<title>|<text>|...`; lengths are bytes of the escaped
/// texts, or UTF-16 units or code points where bytes do not fit. Nothing: the line is damaged.
std::optional<Event> read_event(std::string_view line);
/// `_sc|<name>|<status>|...`.
std::optional<ServiceCheck> read_check(std::string_view line);

}  // namespace tt::portals::entry::statsd
