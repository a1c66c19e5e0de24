// The thread of a stream server: its loop, acceptors, connections and datagram readers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "net/event_loop.h"
#include "net/listener.h"
#include "net/stream_server.h"
#include "net/tls_server.h"

namespace tt::net {

class DatagramReader;
class StreamConnection;

/// Everything but the constructor, loop().post() and run() belongs to the loop thread.
class StreamLoop {
 public:
  StreamLoop(StreamServer::Options options, StreamFactory factory, Metrics& metrics);
  ~StreamLoop();
  /// Before run().
  Status bind();
  const std::vector<ListenAddress>& addresses() const { return addresses_; }
  void run() { loop_.run(); }
  /// Stops accepting and reading; unsent answers have `grace_ms`.
  void drain(int grace_ms);

  EventLoop& loop() { return loop_; }
  const StreamServer::Options& options() const { return options_; }
  const StreamFactory& factory() const { return factory_; }
  /// Shared by all connections: what is read is handed on before the next read.
  std::span<char> buffer() { return buffer_; }
  void remove(StreamConnection& connection);

  Counter& datagrams;
  Counter& lost_datagrams;

 private:
  void accept(AcceptedSocket socket, const ListenAddress& address);
  void abort_all();

  const StreamServer::Options options_;
  const StreamFactory factory_;
  Counter& refused_connections_;
  Gauge& open_connections_;
  EventLoop loop_;
  LoopTimer grace_timer_;
  std::unique_ptr<TlsContext> tls_;
  std::vector<ListenAddress> addresses_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::vector<std::unique_ptr<DatagramReader>> readers_;
  std::unordered_set<StreamConnection*> connections_;
  std::vector<char> buffer_;
  bool is_draining_ = false;
};

}  // namespace tt::net
