// Bound sockets and the loops that accept on them, shared by the HTTP and the stream server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <vector>

#include "base/result.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/transport.h"

namespace tt::net {

/// A bound socket; closes it, and removes the file of a unix socket, unless released.
class BoundSocket {
 public:
  BoundSocket(int fd, ListenAddress address) : fd_(fd), address_(std::move(address)) {}
  BoundSocket(BoundSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)) {}
  BoundSocket& operator=(BoundSocket&&) = delete;
  ~BoundSocket();
  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  /// With the real port once bound.
  ListenAddress& address() { return address_; }

 private:
  int fd_;
  ListenAddress address_;
};

/// Binds `address` (listening unless udp). `copies` sockets share one port through SO_REUSEPORT,
/// the kernel deals connections out between them; unix and udp sockets come once. kMisconfigured
/// when somebody else listens there.
Result<std::vector<BoundSocket>> bind_all(const ListenAddress& address, int copies);

/// Accepts on one socket until closed. Loop thread only; running out of descriptors pauses it for
/// 50 ms instead of spinning.
class Acceptor {
 public:
  using OnAccept = std::function<void(AcceptedSocket, const ListenAddress&)>;
  Acceptor(EventLoop& loop, BoundSocket socket, OnAccept on_accept);
  void start() { wait(); }
  /// Also removes the file of a unix socket.
  void close();

 private:
  void wait();
  void accept_some();
  void pause();

  ListenAddress address_;
  OnAccept on_accept_;
  boost::asio::posix::basic_stream_descriptor<Executor> descriptor_;
  LoopTimer timer_;
  bool is_paused_ = false;
};

/// Address and loopback of a socket address.
PeerInfo describe_peer(const sockaddr_storage& from);

}  // namespace tt::net
