// Escaping for line protocol.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/influxdb/line_protocol.h"

#include "base/text.h"
#include "base/utf8.h"

namespace tt::portals::exit::influxdb {
namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line = printable(clip_bytes(text, bytes_max));
  // A replacement may be longer than what it replaces.
  line.resize(clip_bytes(line, bytes_max).size());
  while (line.ends_with('\\')) line.pop_back();
  return line;
}

void append_measurement(std::string& out, std::string_view name) {
  // A line that begins with `#` is a comment, which is answered with success and not stored.
  if (name.starts_with('#')) out += '\\';
  append_escaped(out, name, ", ");
}

void append_key(std::string& out, std::string_view text) { append_escaped(out, text, ",= "); }

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : printable(text, "\t\r\n")) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

}  // namespace tt::portals::exit::influxdb
