// Stream and datagram listeners: bytes in, with back-pressure, for entry portals that are not HTTP.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "base/spawner.h"
#include "net/http_server.h"

namespace tt::net {

/// One connection's reader side. Thread safe.
class StreamPeer {
 public:
  virtual ~StreamPeer() = default;
  /// Queues bytes to send back (protocol answers); false when the peer is gone.
  virtual bool write(std::string bytes) = 0;
  /// Asks for the next read after on_bytes returned false.
  virtual void resume() = 0;
  virtual void close() = 0;
};

/// State of one connection, made by the portal kit. Called on the connection's thread.
class StreamSession {
 public:
  virtual ~StreamSession() = default;
  /// Bytes as they came, of any length; one whole datagram for udp. False pauses reading until
  /// peer.resume(): that is the back-pressure.
  virtual bool on_bytes(std::string_view bytes) = 0;
  /// The peer closed or vanished; the last call.
  virtual void on_close() = 0;
};

struct StreamInfo {
  std::string peer;
  bool is_tls = false, is_loopback = false;
  std::string client_certificate;
  bool is_datagram = false;  ///< Each on_bytes() is one datagram: its end is the end of a line.
  /// A file that the operator named; `peer` is its path. Nobody needs leave, nothing can be
  /// written, and a session pauses whenever something of what it got is not stored yet.
  bool is_file = false;
};
using StreamFactory =
    std::function<std::unique_ptr<StreamSession>(std::shared_ptr<StreamPeer>, StreamInfo)>;

/// Accepts until stop(). Thread safe.
class StreamServer {
 public:
  struct Options {
    std::vector<ListenAddress> listen;
    std::optional<TlsFiles> tls;
    std::size_t connections_max = 4'096;
    std::size_t read_bytes = 256u << 10;  ///< What one read may bring, and one append take.
  };
  static Result<std::unique_ptr<StreamServer>> start(Options options, StreamFactory factory,
                                                     Spawner& spawner, Metrics& metrics);
  virtual ~StreamServer() = default;
  virtual std::vector<ListenAddress> addresses() const = 0;
  /// Stops accepting and reading, closes after what was read has been handed on.
  virtual void stop(int grace_ms) = 0;
};

}  // namespace tt::net
