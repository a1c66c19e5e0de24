// Texts of acknowledgement levels, stops and event ids.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

std::string_view to_string(AckLevel level) {
  switch (level) {
    case AckLevel::kMemory:
      return "memory";
    case AckLevel::kWritten:
      return "written";
    case AckLevel::kDisk:
      return "disk";
  }
  return "memory";
}

std::string_view to_string(LastStop stop) {
  switch (stop) {
    case LastStop::kNone:
      return "none";
    case LastStop::kClean:
      return "clean";
    case LastStop::kUnclean:
      return "unclean";
  }
  return "none";
}

std::string format_id(std::string_view log, Seq seq) {
  return std::string(log) + "-" + std::to_string(seq);
}

std::optional<Seq> parse_id(std::string_view log, std::string_view id) {
  if (id.size() <= log.size() + 1 || !id.starts_with(log) || id[log.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = id.substr(log.size() + 1);
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;  // One event, one id.
  return parse_u64(digits);
}

}  // namespace tt::tunnel
