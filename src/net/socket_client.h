// SocketClient: bytes of exits that speak no HTTP, over TCP, TLS, UDP and unix sockets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/spawner.h"
#include "net/http_client.h"
#include "net/http_server.h"

namespace tt::net {

class EventLoop;

struct SocketRequest {
  ListenAddress to;
  std::string bytes;         ///< As a datagram: one.
  bool is_datagram = false;  ///< Of a unix socket; UDP always is.
  int connect_timeout_ms = 5'000;
  int timeout_ms = 20'000;                         ///< Of all of it.
  std::shared_ptr<const AddressPolicy> addresses;  ///< Null: AddressPolicy{}.
  std::shared_ptr<const ClientTls> tls;            ///< Null: ClientTls{}. For tls addresses.
};

struct SocketAnswer {
  /// kRetry; kMisconfigured: policy or TLS files; kReject: too large for a datagram.
  Status status;
  bool was_sent = false;  ///< Some bytes had left us.
  std::int64_t duration_ns = 0;
};

/// One thread for all exits. A connection is kept for the next request to the same address with the
/// same TLS options, and made anew when the other side has closed it. These protocols have no
/// answers: what is taken by the kernel counts as sent, what comes back is dropped. Thread safe.
class SocketClient {
 public:
  using Done = std::function<void(SocketAnswer)>;
  static std::unique_ptr<SocketClient> start(Spawner& spawner);
  virtual ~SocketClient() = default;  ///< Cancels what is in flight, joins.
  /// `done` is called exactly once, on the client's thread; it must not block. After the end it is
  /// not called.
  virtual void send(SocketRequest request, Done done) = 0;
  /// Ends connections that were made with these.
  virtual void release(std::shared_ptr<const AddressPolicy> addresses) = 0;
  /// Answers all that is in flight with "cancelled"; on return that, and what was posted to the
  /// loop before, has happened.
  virtual void cancel() = 0;
  /// The client's loop, for other work with descriptors. What is posted after the end is dropped.
  virtual EventLoop& loop() = 0;
};

}  // namespace tt::net
