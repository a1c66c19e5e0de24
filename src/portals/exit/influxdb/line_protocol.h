// Line protocol: how InfluxDB wants names, tags and strings to be written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tt::portals::exit::influxdb {

// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/#special-characters. A
// backslash is an escape only where something follows that needs one, so a backslash that belongs
// to the text stays single, and a name or tag cannot end in one at all
// (https://github.com/influxdata/influxdb/issues/5231): the separator behind it would be escaped.

/// What of `text` can stand in a name or a tag: line breaks and other control characters become
/// spaces, backslashes at the end go. At most `bytes_max` bytes.
std::string one_line(std::string_view text, std::size_t bytes_max);

/// Each takes a text as one_line() made it, or one that was checked to be such.
void append_measurement(std::string& out, std::string_view name);
/// Tag keys, tag values and field keys.
void append_key(std::string& out, std::string_view text);

/// The value of a string field, with its quotes; any text. Line breaks become the two characters
/// `\n`, as InfluxDB's own client writes them: servers that cut at line breaks before they look at
/// quotes (https://github.com/VictoriaMetrics/VictoriaMetrics/issues/10067) would read the rest as
/// a point that the event's sender has made up.
void append_string(std::string& out, std::string_view text);

}  // namespace tt::portals::exit::influxdb
