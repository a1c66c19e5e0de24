// One intake thread of the HTTP server: its loop, acceptors, connections and recycled exchanges.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>
#include <vector>

#include "net/body_turns.h"
#include "net/event_loop.h"
#include "net/http_exchange.h"
#include "net/http_render.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/tls_server.h"

namespace tt::net {

class HttpConnection;

/// What all workers of a server share; lives as long as the server.
struct HttpShared {
  HttpShared(HttpLimits limits, HttpHandler handler, Metrics& metrics);

  const HttpLimits limits;
  const HttpHandler handler;
  std::unique_ptr<TlsContext> tls;
  const std::shared_ptr<BodyBudget> budget;
  std::atomic<std::size_t> connections{0};
  Counter& requests;
  Counter& refused_connections;
  Counter& bad_requests;
  Counter& timeouts;
  Counter& too_large;
  Counter& over_budget;
  Gauge& open_connections;
};

/// Everything but the constructor, loop().post() and run() belongs to the loop thread.
class HttpWorker {
 public:
  explicit HttpWorker(HttpShared& shared);
  ~HttpWorker();
  /// Before run().
  void add_acceptor(BoundSocket socket);
  /// Returns after drain() and the end of the last connection.
  void run();
  /// Stops accepting, closes idle connections; the others after their answer or `grace_ms`.
  void drain(int grace_ms);

  EventLoop& loop() { return loop_; }
  HttpShared& shared() { return shared_; }
  bool is_draining() const { return is_draining_; }
  std::string_view date() { return date_.now(); }

  std::shared_ptr<Exchange> lease();
  /// Takes an exchange back when nobody else holds it; else the last holder frees it.
  void recycle(std::shared_ptr<Exchange> exchange);
  void remove(HttpConnection& connection);
  BodyTurns& turns() { return turns_; }
  /// The round that a request ready now belongs to; it ends behind what is ready with it.
  Round* round();

 private:
  void accept(AcceptedSocket socket, const ListenAddress& address);
  void abort_all();

  HttpShared& shared_;
  EventLoop loop_;
  LoopTimer grace_timer_;
  BodyTurns turns_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_set<HttpConnection*> connections_;
  std::vector<std::shared_ptr<Exchange>> free_;
  DateText date_;
  std::unique_ptr<Round> round_;
  bool is_round_open_ = false;
  bool is_draining_ = false;
};

}  // namespace tt::net
