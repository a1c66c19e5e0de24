// Reads and writes straight on the socket; TLS through OpenSSL on the same socket.
// SPDX-License-Identifier: Apache-2.0
#include "net/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tt::net {

namespace {

boost::asio::generic::stream_protocol protocol_of(int fd) {
  int family = AF_INET;
  socklen_t size = sizeof(family);
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return {family, 0};
}

IoResult failed(Io blocked) {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {blocked, 0};
  return {Io::kClosed, 0};
}

}  // namespace

AcceptedSocket::~AcceptedSocket() {
  if (fd_ >= 0) ::close(fd_);
}

void Transport::SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Transport::Transport(EventLoop& loop, AcceptedSocket socket, TlsContext* tls)
    : socket_(loop.executor()), peer_(std::make_shared<PeerInfo>(std::move(socket.peer()))) {
  boost::system::error_code error;
  socket_.assign(protocol_of(socket.fd()), socket.fd(), error);
  if (error) return;
  const int fd = socket.release();
  if (!tls) return;
  ssl_.reset(tls->accept_on(fd));
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
  if (reason == SSL_ERROR_WANT_READ) return {Io::kWantRead, 0};
  if (reason == SSL_ERROR_WANT_WRITE) return {Io::kWantWrite, 0};
  return {Io::kClosed, 0};
}

IoResult Transport::read(std::span<char> room) {
  if (!is_open()) return {};
  if (ssl_) {
    std::size_t bytes = 0;
    const int code = SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes);
    return code == 1 ? IoResult{Io::kDone, bytes} : tls_result(code);
  }
  const ssize_t n = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (n > 0) return {Io::kDone, static_cast<std::size_t>(n)};
  return n == 0 ? IoResult{} : failed(Io::kWantRead);
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
  const ssize_t n = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) return {Io::kDone, static_cast<std::size_t>(n)};
  return failed(Io::kWantWrite);
}

void Transport::cancel() {
  boost::system::error_code error;
  socket_.cancel(error);
}

void Transport::shutdown_write() {
  if (!is_open()) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
}

void Transport::close() {
  boost::system::error_code error;
  socket_.close(error);
}

}  // namespace tt::net
