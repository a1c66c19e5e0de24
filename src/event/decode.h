// Decodes JSON bodies into canonical events: one object, an array, or NDJSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
  EventBatch events;  ///< The valid ones, in order, behind those that were there before.
  std::vector<Rejected> rejected;
  std::optional<SyntaxError> syntax;  ///< Set: the whole body is refused, `events` is as before.
  bool is_too_many = false;           ///< More than limits.batch_events_max: refuse with 413.
};

/// Full validation by RFC 8259 and UTF-8, also of what no rule looks at. Never throws; memory is a
/// small multiple of the body.
/// - A syntax error, bytes that are no UTF-8 included, refuses the whole body. An empty JSON body
/// is
///   one, an empty array or NDJSON body is not. A byte order mark at the start is ignored.
/// - Well-formed values that are no valid event are `rejected`, each with its reason: no object,
///   half a surrogate pair in a string, wrong named fields, limits.
/// - Added fields (`timestamp` from `now_ns`, `kind`) go behind the sender's, which keep their
/// order
///   and their spelling. A named field that is null is left out.
/// - An object counts one for depth, each one inside it one more.
/// - `before` is a batch that the body's events come behind: bodies that share one cost no memory
///   of their own.
Decoded decode_events(std::string_view body, BodyFormat format, const Limits& limits, WallNs now_ns,
                      EventBatch before = {});

}  // namespace tt::event
