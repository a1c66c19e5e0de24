// Decodes JSON bodies into canonical events: one object, an array, or NDJSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "event/event.h"
#include "event/writer.h"

namespace tt::event {

enum class BodyFormat : std::uint8_t {
  kJson,    ///< One object, or an array of objects.
  kNdjson,  ///< One object a line; empty lines are skipped.
};

/// Where a body stops being JSON. Line and byte count from 1; byte is the position in the line.
struct SyntaxError {
  std::string text;
  std::size_t line = 1;
  std::size_t byte = 1;
};

struct Rejected {
  std::size_t index = 0;  ///< Position in the body, counting refused ones.
  std::string error;
};

struct Decoded {
  EventBatch events;                    ///< The valid ones, in order.
  std::vector<Rejected> rejected;
  std::optional<SyntaxError> syntax;    ///< Set: the whole body is refused, `events` is empty.
  bool is_too_many = false;             ///< More than limits.batch_events_max: refuse with 413.
};

/// Full validation by RFC 8259 and UTF-8, also of what no rule looks at. Missing timestamps become
/// `now_ns`. Never throws; memory is a small multiple of the body.
Decoded decode_events(std::string_view body, BodyFormat format, const Limits& limits,
                      WallNs now_ns);

}  // namespace tt::event
