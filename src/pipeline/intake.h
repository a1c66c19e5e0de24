// Intake: bytes of a sender -> decode -> canonical events -> append -> answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/http_server.h"
#include "net/stream_server.h"
#include "pipeline/daemon.h"
#include "pipeline/loop.h"
#include "pipeline/sender_rates.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Counters of one entry; labels are initialised when the entry is first seen.
struct EntryCounters {
  Counter& requests;
  Counter& accepted;
  Counter& rejected;
  Counter& refused;
  Counter& unauthorised;
  Counter& repeats;
};

/// One entry of the table in force. Immutable.
struct EntryRoute {
  EntrySettings entry;
  std::string path;
  EntryCounters counters;
  std::shared_ptr<SenderRates> rates;  ///< Null: no `rate`.
};

/// All entries of one generation, looked up by path. Immutable, shared by the intake threads.
struct EntryTable {
  std::vector<std::shared_ptr<const EntryRoute>> routes;
  /// The entry whose path is `path` or a parent folder of it; the longest wins. Null: none.
  const EntryRoute* match(std::string_view path) const;
};

/// Thread safe: called by every intake thread at once.
class Intake {
 public:
  Intake(tunnel::Tunnel& tunnel, Clock& clock, Metrics& metrics, Loop& loop);

  /// Puts the entries of a new generation in force for requests that begin from now on.
  void swap(const Settings& settings);
  /// Null when no entry claims the path.
  std::shared_ptr<const EntryRoute> find(std::string_view path) const;
  std::shared_ptr<const EntryRoute> find_name(std::string_view name) const;
  std::vector<EntryStatus> status() const;
  /// Refuses requests with 503, and lets streams wait, until it is taken back: an exit with
  /// `when_full: block` is at its `max_lag`.
  void hold(bool is_held) { is_held_.store(is_held); }
  bool is_held() const { return is_held_.load(); }
  /// Refuses every request with 503 from now on (drain).
  void close() { is_closed_.store(true); }
  /// After close(): gives up what waits for room in the tunnel.
  void stop();

  net::Admission admit(const EntryRoute& route, const net::HttpRequest& request) const;
  void accept(std::shared_ptr<const EntryRoute> route, const net::HttpRequest& request,
              net::Responder responder);
  /// A connection's session for a stream entry.
  std::unique_ptr<net::StreamSession> open_stream(std::shared_ptr<const EntryRoute> route,
                                                  std::shared_ptr<net::StreamPeer> peer,
                                                  net::StreamInfo info);

  void append(const EntryRoute& route, portals::EntryEvents events,
              std::function<void(tunnel::Appended, std::vector<event::Rejected>)> done);
  /// For streams, whose senders cannot be told to come again: tries once a second while the tunnel
  /// is full. `done` runs when the events are stored, or when the daemon stops.
  void append_patiently(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
                        std::function<void(const tunnel::Appended&)> done);

 private:
  struct Waiting {
    std::shared_ptr<const EntryRoute> route;
    event::SharedBatch events;
    std::function<void(const tunnel::Appended&)> done;
  };
  void wait(Waiting waiting);
  void end_waiting();

  tunnel::Tunnel& tunnel_;
  Clock& clock_;
  Metrics& metrics_;
  Loop& loop_;
  std::atomic<bool> is_closed_{false}, is_stopped_{false}, is_held_{false};
  std::atomic<std::shared_ptr<const EntryTable>> table_;
  std::deque<Waiting> waiting_;  // For room in the tunnel. Loop's thread only.
};

}  // namespace tt::pipeline
