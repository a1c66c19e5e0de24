// Events of plugins become canonical ones, or are refused one by one.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/entry_events.h"

#include "event/decode.h"

namespace tt::portals::plugin {

EntryAdder& entry_events_of(tt_events* handle) { return *reinterpret_cast<EntryAdder*>(handle); }

std::string EntryAdder::add_json(std::string_view json) {
  const std::size_t index = index_++;
  std::string why;
  if (const std::size_t begin = json.find_first_not_of(" \t\r\n");
      begin == json.npos || json[begin] != '{') {
    why = "an event is a JSON object";
  } else {
    event::Decoded one = event::decode_events(json, event::BodyFormat::kJson, context_.limits,
                                              request_.now_ns, std::move(out_.events));
    out_.events = std::move(one.events);
    if (one.syntax)
      why = one.syntax->text;
    else if (!one.rejected.empty())
      why = one.rejected[0].error;
  }
  if (!why.empty()) out_.rejected.push_back({index, why});
  return why;
}

tt_code EntryAdder::add(const tt_event* event) {
  if (!event || event->size < offsetof(tt_event, json) + sizeof(event->json)) return TT_REJECT;
  if (!add_json(view_of(event->json)).empty()) return TT_REJECT;
  // One key names a whole request.
  if (out_.idempotency_key.empty() && !request_.stream)
    out_.idempotency_key = view_of(event->idempotency_key);
  return TT_OK;
}

}  // namespace tt::portals::plugin
