// Encoder: stored events to the request that says them to one exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>

#include "base/result.h"
#include "event/writer.h"
#include "pipeline/settings.h"
#include "portals/kit/exit.h"
#include "rules/router.h"
#include "template/event_scope.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Writes the event as this exit gets it, before its portal encodes it: the deciding rule's `set`
/// and `unset`, then the exit's own. False: the exit gets it as it is stored, and nothing was
/// written. kReject: over the limits.
Result<bool> rewrite_for_exit(rules::Router& router, const ExitSettings& exit,
                              std::size_t exit_index, const event::EventView& event,
                              const tmpl::MetaView& meta, event::EventWriter& writer,
                              tmpl::HoleFailures& failures);

/// The deciding rule's `set` and `unset`, the exit's own, then the portal's encode: the one way
/// from event to request, for deliveries and for everything that tells what a delivery would send.
/// Not thread safe; keeps scopes, so that it allocates little per event.
class Encoder {
 public:
  explicit Encoder(std::string log_id) : log_id_(std::move(log_id)) {}

  /// `exit_index`: of `exit` in the router's ruleset. kReject as ExitPortal::encode() says, or when
  /// `set` has made an event over the limits. Holes and values that failed in `set` count in the
  /// request's failures too.
  Result<portals::ExitRequest> encode(rules::Router& router, const ExitSettings& exit,
                                      std::size_t exit_index,
                                      std::span<const tunnel::StoredEvent* const> events);
  /// The `alert_key` of the event as this exit gets it; of one that it cannot get, as it is stored.
  std::string alert_key(rules::Router& router, const ExitSettings& exit, std::size_t exit_index,
                        const tunnel::StoredEvent& event);
  /// What failed in `set` in the last encode(), also of a request that could not be made.
  const tmpl::HoleFailures& failures() const { return failures_; }
  /// The next router belongs to another ruleset.
  void reset() { scopes_.clear(); }

 private:
  /// After `set` and `unset`, with ids and scopes where the portal wants them.
  Status prepare(rules::Router& router, const ExitSettings& exit, std::size_t exit_index,
                 std::span<const tunnel::StoredEvent* const> events);

  std::string log_id_;
  tmpl::HoleFailures failures_;
  std::deque<tmpl::EventScope> scopes_;  // One an event of the largest batch that was rendered.
  // Of the request that is being made; kept for their memory.
  event::EventBatch rewritten_;
  std::vector<portals::OutgoingEvent> outgoing_;
  std::vector<tunnel::IdText> ids_;
  std::vector<std::size_t> places_;  // One past the index in rewritten_; 0: as it is.
};

}  // namespace tt::pipeline
