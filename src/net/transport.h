// The bytes of one accepted connection: plain or TLS, read and written without waiting; waiting is
// a separate step, so that an idle connection needs no buffer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>
#include <span>
#include <string>

#include "net/event_loop.h"
#include "net/tls_server.h"

namespace tt::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// Who is on the other end; shared with requests that outlive their connection.
struct PeerInfo {
  std::string address;  ///< Numeric, without port; IPv4 in dotted form; "unix".
  bool is_tls = false;
  bool is_loopback = false;
  std::string client_certificate;  ///< See HttpRequest.
};

/// What an attempt to move bytes came to.
enum class Io : unsigned char { kDone, kWantRead, kWantWrite, kClosed };

struct IoResult {
  Io state = Io::kClosed;
  std::size_t bytes = 0;
};

/// An accepted socket as listeners hand it on; closes it unless taken.
class AcceptedSocket {
 public:
  AcceptedSocket(int fd, PeerInfo peer) : fd_(fd), peer_(std::move(peer)) {}
  AcceptedSocket(AcceptedSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), peer_(std::move(other.peer_)) {}
  AcceptedSocket& operator=(AcceptedSocket&&) = delete;
  ~AcceptedSocket();
  int release() { return std::exchange(fd_, -1); }
  int fd() const { return fd_; }
  PeerInfo& peer() { return peer_; }

 private:
  int fd_;
  PeerInfo peer_;
};

/// Loop thread only.
class Transport {
 public:
  /// `tls` null: plain bytes.
  Transport(EventLoop& loop, AcceptedSocket socket, TlsContext* tls);
  ~Transport();

  bool is_tls() const { return ssl_ != nullptr; }
  /// Goes on with the TLS handshake; when done, the peer's certificate is known.
  Io handshake();
  IoResult read(std::span<char> room);
  /// True when bytes are waiting inside of TLS, where waiting on the socket would not see them.
  bool has_pending() const;
  /// May write less than asked.
  IoResult write(std::span<const iovec> parts);

  /// Waits until the direction is ready, `cancel()` or an error; look again in each case.
  auto wait(Io direction) {
    return socket_.async_wait(direction == Io::kWantWrite ? Socket::wait_write : Socket::wait_read,
                              boost::asio::redirect_error(kAwait, ignored_));
  }
  /// The same for a callable without arguments.
  template <class F>
  void wait_then(Io direction, F f) {
    socket_.async_wait(direction == Io::kWantWrite ? Socket::wait_write : Socket::wait_read,
                       [f = std::move(f)](const boost::system::error_code&) { f(); });
  }
  void cancel();
  /// Tells the peer that no more comes (TLS: close_notify first).
  void shutdown_write();
  void close();
  bool is_open() const { return socket_.is_open(); }

  const std::shared_ptr<const PeerInfo>& peer() const { return peer_; }

 private:
  struct SslFree {
    void operator()(ssl_st* ssl) const;
  };
  IoResult tls_result(int code);

  Socket socket_;
  std::unique_ptr<ssl_st, SslFree> ssl_;
  std::shared_ptr<const PeerInfo> peer_;
  boost::system::error_code ignored_;
};

}  // namespace tt::net
