// EntryAdder: what decode() of a plugin adds its events to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "portals/kit/entry.h"
#include "portals/plugin/abi.h"

namespace tt::portals::plugin {

/// Behind the pointer to an incomplete type that the plugin gets. For one call.
class EntryAdder {
 public:
  EntryAdder(const EntryRequest& request, const DecodeContext& context, EntryEvents& out)
      : request_(request), context_(context), out_(out) {}
  tt_events* handle() { return reinterpret_cast<tt_events*>(this); }

  /// TT_REJECT: it is no event; counted as refused.
  tt_code add(const tt_event* event);
  /// Adds one JSON object; what is wrong with it, or nothing.
  std::string add_json(std::string_view json);

 private:
  const EntryRequest& request_;
  const DecodeContext& context_;
  EntryEvents& out_;
  std::size_t index_ = 0;
};

EntryAdder& entry_events_of(tt_events* handle);

}  // namespace tt::portals::plugin
