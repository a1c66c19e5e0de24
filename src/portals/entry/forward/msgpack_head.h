// The head of one MessagePack value: how many bytes and values follow it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tt::portals::entry::forward {

struct Head {
  std::size_t bytes = 0;            ///< With the type of an extension; 0: more must come.
  std::uint64_t payload_bytes = 0;  ///< Of texts, numbers and extensions.
  std::uint64_t children = 0;       ///< Values of a list; keys and values of a map.
  bool is_bad = false;              ///< 0xc1, which the format never uses.
};

/// https://github.com/msgpack/msgpack/blob/master/spec.md#formats
Head read_head(std::string_view bytes);

}  // namespace tt::portals::entry::forward
