// Record: one record of Fluent Forward as one event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "portals/entry/forward/msgpack.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::forward {

struct Place {
  std::string_view tag;
  WallNs time_ns = 0;         ///< 0: the sender gave none.
  std::string metadata = {};  ///< JSON of a map, or empty.
};

/// Takes one map from `values` and stores it. Total: what is too large is cut.
void add_record(Values& values, const Place& place, const EntryRequest& request,
                const DecodeContext& context, EntryEvents& out);

}  // namespace tt::portals::entry::forward
