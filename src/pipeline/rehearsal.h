// Rehearsal: what a configuration makes of single events, without tunnel, socket or thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "pipeline/encoder.h"
#include "pipeline/settings.h"
#include "rules/explain.h"
#include "rules/router.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Says what deliveries would do, by the very steps that do it: `decode` (pipeline/decode.h) for
/// what comes in, explain() for where it goes, request() for what each exit would be sent. For
/// `vortex test`, `why` and the API. Not thread safe.
class Rehearsal {
 public:
  /// `log_id`: the first half of event ids, 8 hexadecimal digits.
  explicit Rehearsal(std::shared_ptr<const Settings> settings, std::string log_id = "00000000");

  const Settings& settings() const { return *settings_; }
  /// `<log>-<seq>` of the event.
  std::string id_of(const tunnel::StoredEvent& event) const;
  /// Every rule's outcome with operands, which exits get the event, and what `set` does for each,
  /// the exit's own included.
  rules::Explanation explain(const tunnel::StoredEvent& event) const;
  /// What exit `exit` (its index in Settings::exits) would be sent for this event alone, whether or
  /// not the rules send it there. kReject: it would become a dead letter with this reason.
  Result<portals::ExitRequest> request(std::size_t exit, const tunnel::StoredEvent& event);

 private:
  std::shared_ptr<const Settings> settings_;
  std::string log_id_;
  rules::Router router_;
  Encoder encoder_;
};

}  // namespace tt::pipeline
