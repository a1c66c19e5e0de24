// The step between routing and sending: a copy of the events as this exit gets them, then its
// bytes.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/encoder.h"

#include <vector>

namespace tt::pipeline {

Result<bool> rewrite_for_exit(rules::Router& router, const ExitSettings& exit,
                              std::size_t exit_index, const event::EventView& event,
                              const tmpl::MetaView& meta, event::EventWriter& writer,
                              tmpl::HoleFailures& failures) {
  const rules::Delta delta = router.delta(event, meta, exit_index);
  if (!delta.changes() && !exit.rewrite) return false;
  writer.begin();
  writer.set_all(event);
  delta.apply(writer, &failures);
  if (exit.rewrite) exit.rewrite->apply(event, meta, writer, &failures);
  if (Status done = writer.finish(meta.received_ns); !done)
    return std::move(done).error().with("after set and unset");
  return true;
}

Result<portals::ExitRequest> Encoder::encode(rules::Router& router, const ExitSettings& exit,
                                             std::size_t exit_index,
                                             std::span<const tunnel::StoredEvent* const> events) {
  event::EventBatch rewritten;
  event::EventWriter writer(rewritten, rules::kRewrittenLimits);
  failures_ = {};
  std::vector<portals::OutgoingEvent> outgoing(events.size());
  std::vector<std::string> ids(events.size());
  // One past the index in `rewritten`; 0: as it is.
  std::vector<std::size_t> places(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& [stored, view] = *events[i];
    ids[i] = tunnel::format_id(log_id_, stored.seq);
    outgoing[i].id = ids[i];
    outgoing[i].meta = {ids[i], stored.seq, stored.received_ns, stored.entry};
    TT_TRY(const bool is_rewritten,
           rewrite_for_exit(router, exit, exit_index, view, outgoing[i].meta, writer, failures_));
    if (is_rewritten) places[i] = rewritten.size();
  }
  // Only now: the batch of rewritten events has stopped moving.
  while (scopes_.size() < events.size()) scopes_.emplace_back(router.environment());
  for (std::size_t i = 0; i < events.size(); ++i) {
    outgoing[i].event = places[i] ? rewritten[places[i] - 1] : events[i]->event;
    scopes_[i].rebind(outgoing[i].event, outgoing[i].meta);
    outgoing[i].scope = &scopes_[i];
  }
  auto request = exit.portal->encode(outgoing);
  if (request.ok() && failures_.count > 0) {
    request->failures.count += failures_.count;
    request->failures.first = failures_.first;
  }
  return request;
}

}  // namespace tt::pipeline
