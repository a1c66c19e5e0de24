// HookEvent: one event of a hook portal, which is stored whatever its size and bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "portals/kit/entry.h"

namespace tt::portals {

/// The fields that a portal fills, in order. Values need not be valid UTF-8.
class HookEvent {
 public:
  /// Sets a field unless `value` is empty; a name set again replaces.
  HookEvent& text(std::string_view name, std::string_view value);
  /// One scalar or a list of scalars, valid JSON.
  HookEvent& json(std::string_view name, std::string_view value);
  HookEvent& number(std::string_view name, std::int64_t value) {
    return json(name, std::to_string(value));
  }

  struct Part {
    std::string name, value;
    bool is_json = false;
  };
  const std::vector<Part>& parts() const { return parts_; }

 private:
  HookEvent& set(std::string_view name, std::string_view value, bool is_json);
  std::vector<Part> parts_;
};

/// Adds the event to `batch`, and the sender's own JSON under `raw.` when `context.raw` keeps it
/// (`raw_json` may be empty). Cannot fail: what does not fit is cut and the event gets `truncated:
/// true`; bytes that are no UTF-8 become U+FFFD; a missing message becomes the kind; a timestamp
/// that is none is left out and the server's time stands.
void add_hook_event(event::EventBatch& batch, const HookEvent& event, std::string_view raw_json,
                    const DecodeContext& context, WallNs now_ns);

/// JSON text with invalid UTF-8 and lone surrogates replaced by U+FFFD; text that is no JSON stays
/// no JSON. What parse_json() refuses for its bytes may pass after this.
std::string mend_json(std::string_view json);

}  // namespace tt::portals
