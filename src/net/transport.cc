// Reads and writes straight on the socket; TLS through OpenSSL on the same socket.
// SPDX-License-Identifier: Apache-2.0
#include "net/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

namespace tt::net {

AcceptedSocket::~AcceptedSocket() {
  if (fd_ >= 0) ::close(fd_);
}

void Transport::SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

void Waiting::resume() {
  Waiting self(std::move(*this));
  if (self.coroutine_) std::move (*self.coroutine_)();
  if (self.call_) self.call_();
}

Transport::Transport(EventLoop& loop, AcceptedSocket socket, TlsContext* tls)
    : loop_(loop), peer_(std::make_shared<PeerInfo>(std::move(socket.peer()))) {
  if (!loop.poller().add(socket.fd(), *this)) return;
  fd_ = socket.release();
  if (!tls) return;
  ssl_.reset(tls->accept_on(fd_));
  if (!ssl_) close();  // Never fall back to plain bytes.
}

Transport::~Transport() { close(); }

Io Transport::handshake() {
  if (!is_open()) return Io::kClosed;
  const int code = SSL_do_handshake(ssl_.get());
  if (code != 1) return tls_result(code).state;
  auto peer = std::make_shared<PeerInfo>(*peer_);
  peer->is_tls = true;
  peer->client_certificate = subject_alternative_names(ssl_.get());
  peer_ = std::move(peer);
  return Io::kDone;
}

IoResult Transport::tls_result(int code) {
  const int reason = SSL_get_error(ssl_.get(), code);
  ERR_clear_error();
  if (reason == SSL_ERROR_WANT_READ) return blocked(Io::kWantRead);
  if (reason == SSL_ERROR_WANT_WRITE) return blocked(Io::kWantWrite);
  return {Io::kClosed, 0};
}

IoResult Transport::read(std::span<char> room) {
  if (!is_open()) return {};
  if (ssl_) {
    std::size_t bytes = 0;
    const int code = SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes);
    if (code != 1) return tls_result(code);
    in_.state = Direction::State::kUnknown;
    return {Io::kDone, bytes};
  }
  const ssize_t n = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
  if (n < 0) return failed(Io::kWantRead);
  if (n == 0) return {};
  // Less than asked for: that was all, and more will be told (epoll(7), questions and answers).
  const bool is_all = static_cast<std::size_t>(n) < room.size() && !has_end_;
  in_.state = is_all ? Direction::State::kBlocked : Direction::State::kUnknown;
  return {Io::kDone, static_cast<std::size_t>(n)};
}

bool Transport::has_pending() const { return ssl_ && SSL_pending(ssl_.get()) > 0; }

IoResult Transport::write(std::span<const iovec> parts) {
  if (!is_open()) return {};
  if (ssl_) {
    IoResult sum{Io::kDone, 0};
    for (const iovec& part : parts) {
      if (part.iov_len == 0) continue;
      std::size_t bytes = 0;
      const int code = SSL_write_ex(ssl_.get(), part.iov_base, part.iov_len, &bytes);
      if (code != 1) return sum.bytes ? sum : tls_result(code);
      sum.bytes += bytes;
      if (bytes < part.iov_len) break;
    }
    return sum;
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  const ssize_t n = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) return {Io::kDone, static_cast<std::size_t>(n)};
  return failed(Io::kWantWrite);
}

IoResult Transport::failed(Io io) {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return blocked(io);
  return {};
}

IoResult Transport::blocked(Io io) {
  Direction& direction = io == Io::kWantWrite ? out_ : in_;
  direction.state = has_end_ ? Direction::State::kUnknown : Direction::State::kBlocked;
  return {io, 0};
}

void Transport::on_events(std::uint32_t events) {
  constexpr std::uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  has_end_ = has_end_ || (events & kEnds) != 0;
  const bool is_in = (events & (EPOLLIN | kEnds)) != 0;
  const bool is_out = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  if (is_in) in_.state = Direction::State::kReady;
  if (is_out) out_.state = Direction::State::kReady;
  // Who is resumed may end this: only one is at once.
  const bool is_out_due = is_out && bool{out_.waiting};
  if (is_in && in_.waiting) {
    if (is_out_due) resume_later(out_);
    return in_.waiting.resume();
  }
  if (is_out_due) out_.waiting.resume();
}

// Where only the kernel knows, it is asked: who waits would else be told of nothing.
bool Transport::is_ready(Direction& direction) const {
  if (direction.state != Direction::State::kUnknown) {
    return direction.state == Direction::State::kReady;
  }
  pollfd socket{fd_, static_cast<short>(&direction == &out_ ? POLLOUT : POLLIN), 0};
  const bool is_ready = ::poll(&socket, 1, 0) > 0;
  direction.state = is_ready ? Direction::State::kReady : Direction::State::kBlocked;
  return is_ready;
}

// As a turn of its own. Who waits keeps this alive.
void Transport::resume_later(Direction& direction) {
  boost::asio::post(loop_.executor(),
                    [waiting = std::move(direction.waiting)]() mutable { waiting.resume(); });
}

void Transport::cancel() {
  for (Direction* direction : {&in_, &out_})
    if (direction->waiting) resume_later(*direction);
}

void Transport::shutdown_write() {
  if (!is_open()) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

void Transport::close() {
  if (!is_open()) return;
  cancel();
  loop_.poller().remove(*this);
  ::close(std::exchange(fd_, -1));
}

}  // namespace tt::net
