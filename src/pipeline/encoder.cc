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

Status Encoder::prepare(rules::Router& router, const ExitSettings& exit, std::size_t exit_index,
                        std::span<const tunnel::StoredEvent* const> events) {
  failures_ = {};
  rewritten_.truncate(0);
  outgoing_.clear();
  for (const tunnel::StoredEvent* event : events) outgoing_.push_back({.event = event->event});
  const bool rewrites =
      exit.rewrite || router.ruleset().has_rewrites(static_cast<std::uint32_t>(exit_index));
  if (!rewrites && !exit.portal->renders()) return {};

  ids_.clear();
  ids_.reserve(events.size());  // Views into it must not move.
  places_.assign(events.size(), 0);
  event::EventWriter writer(rewritten_, rules::kRewrittenLimits);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& [stored, view] = *events[i];
    portals::OutgoingEvent& out = outgoing_[i];
    out.id = ids_.emplace_back(log_id_, stored.seq).view();
    out.meta = {out.id, stored.seq, stored.received_ns, stored.entry};
    TT_TRY(const bool is_rewritten,
           rewrite_for_exit(router, exit, exit_index, view, out.meta, writer, failures_));
    if (is_rewritten) places_[i] = rewritten_.size();
  }
  // Only now: the batch of rewritten events has stopped moving.
  while (scopes_.size() < events.size()) scopes_.emplace_back(router.environment());
  for (std::size_t i = 0; i < events.size(); ++i) {
    portals::OutgoingEvent& out = outgoing_[i];
    if (places_[i]) out.event = rewritten_[places_[i] - 1];
    scopes_[i].rebind(out.event, out.meta);
    out.scope = &scopes_[i];
  }
  return {};
}

Result<portals::ExitRequest> Encoder::encode(rules::Router& router, const ExitSettings& exit,
                                             std::size_t exit_index,
                                             std::span<const tunnel::StoredEvent* const> events) {
  TT_CHECK(prepare(router, exit, exit_index, events));
  auto request = exit.portal->encode(outgoing_);
  if (request.ok() && failures_.count > 0) {
    request->failures.count += failures_.count;
    request->failures.first = failures_.first;
  }
  return request;
}

std::string Encoder::alert_key(rules::Router& router, const ExitSettings& exit,
                               std::size_t exit_index, const tunnel::StoredEvent& event) {
  const tunnel::StoredEvent* const only = &event;
  const Status prepared = prepare(router, exit, exit_index, {&only, 1});
  return (prepared.ok() ? outgoing_.front().event : event.event).text("alert_key");
}

}  // namespace tt::pipeline
