// A member of JSON with a number of 64 bits, for positions and counts of the log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portals/kit/json.h"

namespace tt::vortex {

inline portals::JsonWriter& write_number(portals::JsonWriter& json, std::string_view name,
                                         std::uint64_t value) {
  return json.key(name).raw(std::to_string(value));
}

}  // namespace tt::vortex
