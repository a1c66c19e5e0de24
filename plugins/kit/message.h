// What a broker brings becomes an event, whatever it is: JSON of any shape, or text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tt::broker {

/// Where a message comes from, as a field of its event.
struct Fact {
  std::string name;
  std::string json;  ///< A scalar.
};

struct Message {
  std::string body;
  std::vector<Fact> facts;
  std::int64_t time_ms = 0;  ///< When the broker took it, since 1970; 0: it does not say.
};

/// A JSON object keeps its fields and their spelling. The shapes of logstash (`@timestamp`,
/// `@message`, `@source_host`: what python-beaver sends), of GELF and of common loggers fill the
/// named fields; a named field that is no text becomes one, or goes to `raw.` when it is a map or
/// list. Anything else is the message. `kind` is `urn:<system>:message` where the sender has none.
std::string event_of(const Message& message, std::string_view system);

/// For what the tunnel will not have (broken JSON, too large, too many fields): an event
/// `urn:<system>:unknown` with the first line, and up to `raw_bytes_max` bytes in `raw`.
std::string unknown_event(const Message& message, std::string_view system,
                          std::size_t raw_bytes_max);

/// A number of seconds, milli-, micro- or nanoseconds since 1970, or a text that begins as a time
/// of ISO 8601, as a timestamp; empty when it is none.
std::string timestamp_of(std::string_view text);

}  // namespace tt::broker
