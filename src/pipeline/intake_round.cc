// Gathering requests by entry, and giving each its part of the answer.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake_round.h"

#include <utility>

#include "pipeline/intake.h"

namespace tt::pipeline {
namespace {

// Larger ones gain nothing by company, and a batch that many others hold is free late.
constexpr std::size_t kSharedBytesMax = 64u << 10;
// What a round has decoded is framed while it is in the core's cache.
constexpr std::size_t kRoundBytesMax = 256u << 10;

}  // namespace

portals::EntryEvents IntakeRound::lend(const std::shared_ptr<const EntryRoute>& route,
                                       std::size_t body_bytes) {
  for (lent_ = 0; lent_ < groups_.size(); ++lent_) {
    const Group& group = groups_[lent_];
    if (group.route == route && group.idempotency_key.empty() && !group.is_lent &&
        group.events.text_bytes() + body_bytes <= kSharedBytesMax)
      break;
  }
  if (lent_ == groups_.size()) groups_.push_back({.route = route});
  groups_[lent_].is_lent = true;
  portals::EntryEvents events{.events = std::move(groups_[lent_].events)};
  events.others = events.events.size();
  return events;
}

void IntakeRound::give_back(portals::EntryEvents events) {
  events.events.truncate(events.others);
  groups_[lent_].events = std::move(events.events);
  groups_[lent_].is_lent = false;
}

portals::EntryEvents IntakeRound::take_alone(portals::EntryEvents events) {
  portals::EntryEvents own = std::move(events);
  event::EventBatch alone = own.events.split(std::exchange(own.others, 0));
  groups_[lent_].events = std::exchange(own.events, std::move(alone));
  groups_[lent_].is_lent = false;
  return own;
}

void IntakeRound::take(portals::EntryEvents events, net::Responder responder) {
  Group* group = &groups_[lent_];
  group->is_lent = false;
  const auto count = static_cast<std::uint32_t>(events.count());
  if (!events.idempotency_key.empty() && events.others > 0) {
    Group own{.route = group->route, .events = events.events.split(events.others)};
    group->events = std::move(events.events);
    group = &groups_.emplace_back(std::move(own));
  } else {
    group->events = std::move(events.events);
  }
  group->idempotency_key = std::move(events.idempotency_key);
  group->requests.push_back(
      {std::move(responder), std::move(events.rejected), count, std::move(events.reply)});
  std::size_t bytes = 0;
  for (const Group& each : groups_) bytes += each.events.text_bytes();
  if (bytes >= kRoundBytesMax) end();
}

void IntakeRound::end() {
  for (Group& group : std::exchange(groups_, {})) {
    // Who is dropped unanswered is told that something failed here, and comes again.
    if (group.requests.empty() || group.is_lent) continue;
    // Shared: what the tunnel keeps to call can be copied, requests cannot.
    auto requests = std::make_shared<std::vector<Request>>(std::move(group.requests));
    intake_.append(*group.route, std::move(group.events), std::move(group.idempotency_key),
                   [&intake = intake_, route = group.route,
                    requests = std::move(requests)](tunnel::Appended appended) {
                     for (Request& request : *requests) {
                       // A repeat is answered as before, whatever it holds now.
                       if (!appended.is_repeat) appended.count = request.count;
                       request.responder.answer(intake.answer(*route, appended, request.rejected,
                                                              std::move(request.reply)));
                       appended.first += request.count;
                     }
                   });
  }
}

}  // namespace tt::pipeline
