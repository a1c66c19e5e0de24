// Search: which stored events fit, by time, CEL, kind, exit and rule.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "pipeline/routing.h"
#include "pipeline/where.h"
#include "tunnel/tunnel.h"

namespace tt::api {

/// A place in the log as people name it.
struct Moment {
  tunnel::Seq seq = 0;
  WallNs time_ns = 0;  ///< The time that was named; 0: an event was.
};
/// `2h` (ago), RFC 3339, or an event id: the first seq at or after it. kReject for other texts.
Result<Moment> moment_of(std::string_view text, pipeline::Daemon& daemon);
Result<tunnel::Seq> seq_of(std::string_view text, pipeline::Daemon& daemon);

/// The filters of one request. Not thread safe; kept by one search or one live tail.
class Filter {
 public:
  /// Reads `where`, `kind`, `exit` and `rule`. kReject with position and hint when they are wrong.
  static Result<std::unique_ptr<Filter>> make(const Request& request, pipeline::Daemon& daemon);
  bool fits(const tunnel::StoredEvent& event, std::string_view id);
  /// Of `where`, after the events: as Where::warnings().
  std::vector<std::string> warnings() const;

 private:
  std::string kind_, exit_, rule_;
  std::unique_ptr<pipeline::Where> where_;
  std::shared_ptr<const pipeline::Settings> settings_;
  std::unique_ptr<rules::Router> router_;  // Only for `exit` and `rule`.
};

/// `{"id", "received", "entry", "event": {...}}`.
void append_event(std::string& out, const tunnel::StoredEvent& event, std::string_view id);

/// GET /api/v1/events, /api/v1/events/{id} and what stands below it.
void search(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void show_event(pipeline::Daemon& daemon, const Request& request, net::Responder responder);

}  // namespace tt::api
