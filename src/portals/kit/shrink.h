// Shrinking: hooks are never refused for their size, so what is too large is cut until it fits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>

namespace tt::portals {

/// What an event may hold of a value after flattening.
struct ShrinkLimits {
  std::size_t bytes_max = 1u << 20;
  std::size_t fields_max = 1000;
  std::size_t depth_max = 64;
};

/// What a value would cost as fields of an event, with names that begin with a prefix of that many
/// bytes. An upper bound of what the event writer makes of it.
struct FlatCost {
  std::size_t bytes = 0;
  std::size_t fields = 0;
  std::size_t depth = 0;
};
FlatCost flat_cost(const boost::json::value& value, std::size_t prefix_bytes);

/// Cuts `value` until it fits: long strings first, then long lists, then the deepest fields, at
/// last members from the end. True when anything was cut. Total, whatever the value.
bool shrink_json(boost::json::value& value, std::size_t prefix_bytes, const ShrinkLimits& limits);

}  // namespace tt::portals
