// The step between routing and sending: a copy of the events as this exit gets them, then its
// bytes.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/encoder.h"

#include <vector>

#include "event/writer.h"

namespace tt::pipeline {
namespace {

// Rewritten events leave the tunnel: they may be larger than what intake takes.
constexpr event::Limits kRewrittenLimits{.event_bytes_max = 16u << 20, .fields_max = 100'000};

}  // namespace

Result<portals::ExitRequest> Encoder::encode(rules::Router& router, const ExitSettings& exit,
                                             std::size_t exit_index,
                                             std::span<const tunnel::StoredEvent* const> events) {
  event::EventBatch rewritten;
  event::EventWriter writer(rewritten, kRewrittenLimits);
  tmpl::HoleFailures failures;
  std::vector<portals::OutgoingEvent> outgoing(events.size());
  std::vector<std::string> ids(events.size());
  // One past the index in `rewritten`; 0: as it is.
  std::vector<std::size_t> places(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& [stored, view] = *events[i];
    ids[i] = tunnel::format_id(log_id_, stored.seq);
    outgoing[i].id = ids[i];
    outgoing[i].meta = {ids[i], stored.seq, stored.received_ns, stored.entry};
    const rules::Delta delta = router.delta(view, outgoing[i].meta, exit_index);
    if (!delta.changes() && !exit.rewrite) continue;
    writer.begin();
    writer.set_all(view);
    delta.apply(writer, &failures);
    if (exit.rewrite) exit.rewrite->apply(view, outgoing[i].meta, writer, &failures);
    if (Status done = writer.finish(stored.received_ns); !done)
      return std::move(done).error().with("after set and unset");
    places[i] = rewritten.size();
  }
  // Only now: the batch of rewritten events has stopped moving.
  while (scopes_.size() < events.size()) scopes_.emplace_back(router.environment());
  for (std::size_t i = 0; i < events.size(); ++i) {
    outgoing[i].event = places[i] ? rewritten[places[i] - 1] : events[i]->event;
    scopes_[i].rebind(outgoing[i].event, outgoing[i].meta);
    outgoing[i].scope = &scopes_[i];
  }
  auto request = exit.portal->encode(outgoing);
  if (request.ok() && failures.count > 0) {
    request->failures.count += failures.count;
    request->failures.first = std::move(failures.first);
  }
  return request;
}

}  // namespace tt::pipeline
