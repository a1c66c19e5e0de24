// Message: one syslog message of either RFC, or of the dialects between, as far as it can be read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/time_zone.h"

namespace tt::portals::entry::syslog {

/// One parameter of structured data; an element without parameters is one without values.
struct Parameter {
  std::string name;  ///< `<element>.<parameter>`
  std::vector<std::string> values;
};

/// Texts point into the message's bytes; what is not there is empty.
struct Message {
  int priority = -1;  ///< 0 to 191, or -1.
  int severity = -1;  ///< 0 (emergency) to 7 (debug), or -1.
  std::string timestamp;
  std::string_view bad_timestamp;  ///< The sender's, when it is no time.
  std::string_view host, app, procid, msgid;
  std::vector<Parameter> structured;
  std::string_view structured_text;
  std::string_view text;
};

/// What the times of old messages leave open.
struct When {
  WallNs now_ns = 0;               ///< Their year.
  const TimeZone* zone = nullptr;  ///< Their zone; null: UTC.
};

/// Total: what cannot be read is `text`.
Message read_message(std::string_view bytes, const When& when);

// Parts of the above, in files of their own. They move `rest` past what they have read.

inline void skip_spaces(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
}

/// What stands behind the priority, as RFC 5424 has it; false, and nothing is changed, when it is
/// something else.
bool read_rfc5424(std::string_view& rest, Message& message);
/// The same as RFC 3164 tells it, which only describes what was seen in the wild.
void read_rfc3164(std::string_view& rest, const When& when, Message& message);
/// A time in one of the forms of old messages, as RFC 3339; else empty, and nothing is read.
std::string read_old_time(std::string_view& rest, const When& when);

}  // namespace tt::portals::entry::syslog
