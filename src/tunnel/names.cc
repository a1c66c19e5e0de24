// Texts of acknowledgement levels and stops.
// SPDX-License-Identifier: Apache-2.0
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

}  // namespace tt::tunnel
