// Lines: what local exits write, one event a line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/text.h"
#include "portals/kit/exit.h"

namespace tt::portals {

/// The events as lines with a newline each: the event's JSON when `line` is empty, else the
/// rendered text with line breaks and other control characters but tabs replaced by
/// spaces. Goes into the
/// request's body; method and URL stay empty.
inline ExitRequest encode_lines(const tmpl::Template& line, std::span<const OutgoingEvent> events) {
  ExitRequest request{.method = ""};
  std::size_t bytes = 0;
  for (const OutgoingEvent& event : events) bytes += event.event.json.size() + 1;
  if (line.empty()) request.body.reserve(bytes);
  for (const OutgoingEvent& event : events) {
    if (line.empty()) {
      request.body += event.event.json;
    } else {
      request.body += printable(line.render(*event.scope, {.failures = &request.failures}), "\t");
    }
    request.body += '\n';
  }
  return request;
}

/// The answer of a local exit.
inline ExitAnswer local_answer(const Status& status) {
  ExitAnswer answer;
  if (status.ok()) {
    answer.status = 200;
    answer.was_sent = true;
  } else {
    answer.error = status.error().text;
    answer.is_misconfigured = status.error().code == Code::kMisconfigured;
  }
  return answer;
}

}  // namespace tt::portals
