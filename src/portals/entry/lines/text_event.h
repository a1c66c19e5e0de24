// One line of text as one event, whatever it holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "portals/entry/lines/line_fields.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::lines {

/// Adds the line to `out`: without fields it is the message. Those that programs which log call by
/// many names (portals/kit/log_names.h) become message, severity, timestamp, host and service; the
/// others keep their names. Total.
void add_text_event(std::string_view line, const LineFields* fields, const EntryRequest& request,
                    const DecodeContext& context, EntryEvents& out);
/// The line did not have the form that it should have; the event says so: `unmatched: true`.
void add_unmatched(std::string_view line, const EntryRequest& request, const DecodeContext& context,
                   EntryEvents& out);

}  // namespace tt::portals::entry::lines
