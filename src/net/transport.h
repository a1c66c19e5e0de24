// The bytes of one accepted connection: plain or TLS, read and written without waiting; waiting is
// a separate step, so that an idle connection needs no buffer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <boost/asio/async_result.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/event_loop.h"
#include "net/tls_server.h"

namespace tt::net {

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

/// Who waits for a direction of a socket.
class Waiting {
 public:
  using Coroutine = boost::asio::async_result<Await, void()>::handler_type;

  Waiting() = default;
  /// Leaves `other` without.
  Waiting(Waiting&& other) noexcept
      : coroutine_(std::move(other.coroutine_)), call_(std::exchange(other.call_, nullptr)) {
    other.coroutine_.reset();
  }
  void set(Coroutine coroutine) { coroutine_.emplace(std::move(coroutine)); }
  void set(std::function<void()> call) { call_ = std::move(call); }
  explicit operator bool() const { return coroutine_.has_value() || call_; }
  /// Goes on with it, which may end the socket.
  void resume();

 private:
  std::optional<Coroutine> coroutine_;
  std::function<void()> call_;
};

/// One direction of a socket: whether trying it is worth a system call, and who waits until it is.
struct Direction {
  enum class State : unsigned char {
    kBlocked,  ///< epoll will tell.
    kUnknown,  ///< It may be ready, and epoll may have told already.
    kReady,
  } state = State::kBlocked;
  Waiting waiting;
};

/// Loop thread only.
class Transport final : private Watched {
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

  /// Waits until the direction is ready, `cancel()` or an error; look again in each case. One at a
  /// time for each direction. The loop's other work goes on in between, also when it is ready now.
  auto wait(Io direction) {
    Await token;
    return boost::asio::async_initiate<Await, void()>(
        [this, direction](auto handler) { await_with(direction, std::move(handler)); }, token);
  }
  /// The same for a callable without arguments.
  void wait_then(Io direction, std::function<void()> f) { await_with(direction, std::move(f)); }
  void cancel();
  /// Tells the peer that no more comes (TLS: close_notify first).
  void shutdown_write();
  void close();
  bool is_open() const { return fd_ >= 0; }

  const std::shared_ptr<const PeerInfo>& peer() const { return peer_; }

 private:
  struct SslFree {
    void operator()(ssl_st* ssl) const;
  };
  template <class F>
  void await_with(Io io, F f) {
    Direction& direction = io == Io::kWantWrite ? out_ : in_;
    direction.waiting.set(std::move(f));
    if (!is_open() || is_ready(direction)) resume_later(direction);
  }
  void on_events(std::uint32_t events) override;
  bool is_ready(Direction& direction) const;
  void resume_later(Direction& direction);
  IoResult tls_result(int code);
  IoResult failed(Io io);
  IoResult blocked(Io io);

  EventLoop& loop_;
  int fd_ = -1;
  Direction in_, out_;
  bool has_end_ = false;  ///< The peer has closed: an edge that will not come again.
  std::unique_ptr<ssl_st, SslFree> ssl_;
  std::shared_ptr<const PeerInfo> peer_;
};

}  // namespace tt::net
