// The intake of entries that are told of alerts again and again: only news is stored.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake.h"

namespace tt::pipeline {

void Intake::accept_alerts(std::shared_ptr<const EntryRoute> route,
                           const portals::AlertTelling& telling, portals::EntryEvents events,
                           net::Responder responder) {
  const std::size_t told = events.count();
  auto ticket = alerts_.take_news(route->entry.name, telling, events, clock_.wall_ns());
  route->counters.repeats.add(told - events.count());
  if (events.count() == 0)
    return responder.answer(
        answer(*route, {.level = tunnel_.ack_level()}, events.rejected, std::move(events.reply)));
  // Shared: what the tunnel keeps to call can be copied, these cannot.
  struct Request {
    AlertMemory::Ticket ticket;
    std::vector<event::Rejected> rejected;
    std::unique_ptr<net::HttpAnswer> reply;
    net::Responder responder;
  };
  auto request = std::make_shared<Request>(Request{std::move(ticket), std::move(events.rejected),
                                                   std::move(events.reply), std::move(responder)});
  append(*route, std::move(events.events), {}, [this, route, request](const auto& appended) {
    alerts_.settle(route->entry.name, request->ticket, appended.status.ok());
    request->responder.answer(
        answer(*route, appended, request->rejected, std::move(request->reply)));
  });
}

void Intake::end_alerts() {
  for (auto& [entry, ended] : alerts_.take_ended(clock_.wall_ns())) {
    const auto route = find_name(entry);
    const bool is_said = route && !ended.events.empty() && !is_closed_.load();
    // Of an entry that is gone nobody waits for word.
    if (!is_said) {
      alerts_.settle(entry, ended.ticket, !route || ended.events.empty());
      continue;
    }
    tunnel_.append(
        {.events = std::make_shared<const event::EventBatch>(std::move(ended.events)),
         .entry = entry,
         .may_block = false},
        [this, entry, ticket = std::move(ended.ticket), route](const tunnel::Appended& appended) {
          alerts_.settle(entry, ticket, appended.status.ok());
          if (appended.status.ok()) route->counters.accepted.add(appended.count);
        });
  }
}

}  // namespace tt::pipeline
