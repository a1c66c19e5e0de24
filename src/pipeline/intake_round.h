// IntakeRound: the events of requests that were ready together, appended to the tunnel as one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "portals/kit/entry.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

class Intake;
struct EntryRoute;

/// One intake thread's. Each request gets an answer and consecutive ids of its own; what requests
/// share is one batch in memory, one hand-over to the committer and one way back.
class IntakeRound final : public net::Round {
 public:
  explicit IntakeRound(Intake& intake) : intake_(intake) {}

  /// Where a request of that many bytes is decoded to. It is given back, whatever comes of it,
  /// before the next is lent.
  portals::EntryEvents lend(const std::shared_ptr<const EntryRoute>& route, std::size_t body_bytes);
  /// Its events, at least one, wait for the end of the round, or of a part that is large enough.
  void take(portals::EntryEvents events, net::Responder responder);
  /// Its events alone, for who appends them himself; what was lent is given back.
  portals::EntryEvents take_alone(portals::EntryEvents events);
  /// Nothing of it is stored.
  void give_back(portals::EntryEvents events);
  void end() override;

 private:
  struct Request {
    net::Responder responder;
    std::vector<event::Rejected> rejected;
    std::uint32_t count = 0;
    std::unique_ptr<net::HttpAnswer> reply;
  };
  struct Group {
    std::shared_ptr<const EntryRoute> route;
    event::EventBatch events;
    std::string idempotency_key;  ///< Then it is one request's alone.
    std::vector<Request> requests;
    bool is_lent = false;  ///< Left so by an exception: its events are gone.
  };

  Intake& intake_;
  std::vector<Group> groups_;  // Mostly one: most senders that come together use one entry.
  std::size_t lent_ = 0;       // The group whose events are lent.
};

}  // namespace tt::pipeline
