// Intake: bytes of a sender -> decode -> canonical events -> append -> answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/http_server.h"
#include "net/stream_server.h"
#include "pipeline/alert_memory.h"
#include "pipeline/entry_table.h"
#include "pipeline/intake_round.h"
#include "pipeline/loop.h"
#include "pipeline/settings.h"
#include "pipeline/waiting_room.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Thread safe: called by every intake thread at once.
class Intake {
 public:
  Intake(tunnel::Tunnel& tunnel, Clock& clock, Metrics& metrics, Loop& loop, AlertMemory& alerts);

  /// Puts the entries of a new generation in force for requests that begin from now on.
  void swap(const Settings& settings);
  /// Null when no entry claims the path for that method.
  std::shared_ptr<const EntryRoute> find(std::string_view method, std::string_view path) const;
  /// That the entry at this path takes; none: no entry is there.
  std::vector<std::string_view> methods_at(std::string_view path) const;
  std::shared_ptr<const EntryRoute> find_name(std::string_view name) const {
    return table_.load()->find_name(name);
  }
  std::vector<EntryStatus> status() const { return table_.load()->status(); }
  /// Refuses requests with 503, and lets streams wait, until it is taken back: an exit with
  /// `when_full: block` is at its `max_lag`.
  void hold(bool is_held) { waiting_.hold(is_held); }
  bool is_held() const { return waiting_.is_held(); }
  /// Refuses every request with 503 from now on (drain).
  void close() { is_closed_.store(true); }
  /// After close(): gives up what waits for room in the tunnel.
  void stop() { waiting_.stop(); }

  net::Admission admit(const EntryRoute& route, const net::HttpRequest& request) const;
  /// As net::HttpHandler::too_large.
  net::HttpAnswer too_large(const net::HttpRequest& request, std::size_t body_bytes_max,
                            std::optional<std::size_t> body_bytes) const;
  void accept(std::shared_ptr<const EntryRoute> route, const net::HttpRequest& request,
              net::Responder responder);
  /// A connection's session for a stream entry.
  std::unique_ptr<net::StreamSession> open_stream(std::shared_ptr<const EntryRoute> route,
                                                  std::shared_ptr<net::StreamPeer> peer,
                                                  net::StreamInfo info);

  /// Stores what is to be said of alerts that ended without a word.
  void end_alerts();

  void append(const EntryRoute& route, event::EventBatch events, std::string idempotency_key,
              std::function<void(const tunnel::Appended&)> done);
  /// What one request is told; `appended` as it is for its events.
  /// `reply`: the entry's own answer when they are stored; may be null.
  net::HttpAnswer answer(const EntryRoute& route, const tunnel::Appended& appended,
                         const std::vector<event::Rejected>& rejected,
                         std::unique_ptr<net::HttpAnswer> reply) const;
  /// For streams, as WaitingRoom::append().
  void append_patiently(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
                        std::function<void(const tunnel::Appended&)> done) {
    waiting_.append(std::move(route), std::move(events), std::move(done));
  }

 private:
  /// Why a web page may not send where nobody said who may; empty: it may, or it is a program.
  std::string page_refusal(const net::HttpRequest& request) const;
  /// Of an entry that is told of alerts: stores what is news, and answers.
  void accept_alerts(std::shared_ptr<const EntryRoute> route, const portals::AlertTelling& telling,
                     portals::EntryEvents events, net::Responder responder);

  tunnel::Tunnel& tunnel_;
  Clock& clock_;
  Metrics& metrics_;
  AlertMemory& alerts_;
  std::atomic<bool> is_closed_{false};
  std::atomic<std::shared_ptr<const EntryTable>> table_;
  WaitingRoom waiting_;
};

}  // namespace tt::pipeline
