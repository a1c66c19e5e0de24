// Binding with clear errors, and accepting in bursts.
// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/log.h"
#include "base/text.h"

namespace tt::net {

namespace {

constexpr int kBacklog = 4'096;
constexpr int kAcceptBurst = 64;
constexpr int kPauseMs = 50;
constexpr int kDatagramBufferBytes = 4 << 20;

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&bytes); }
};

Error cannot_listen(const ListenAddress& address, std::string_view why,
                    Code code = Code::kMisconfigured) {
  return {code, "cannot listen on " + address.to_string() + ": " + std::string(why)};
}

Error cannot_listen(const ListenAddress& address, int error) {
  if (error == EADDRINUSE) {
    // The other program may go: often it is the one that this one replaces.
    return cannot_listen(address,
                         "address already in use; stop the other program or listen elsewhere",
                         Code::kRetry);
  }
  return cannot_listen(address, std::strerror(error));
}

Result<SocketAddress> resolve(const ListenAddress& address) {
  const bool is_udp = address.kind == ListenAddress::Kind::kUdp;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = is_udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int code = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (code != 0) return cannot_listen(address, gai_strerror(code));
  SocketAddress resolved;
  std::memcpy(&resolved.bytes, found->ai_addr, found->ai_addrlen);
  resolved.size = found->ai_addrlen;
  freeaddrinfo(found);
  return resolved;
}

std::uint16_t port_of(int fd) {
  SocketAddress bound;
  bound.size = sizeof(bound.bytes);
  if (getsockname(fd, bound.raw(), &bound.size) != 0) return 0;
  if (bound.bytes.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<sockaddr_in&>(bound.bytes).sin_port);
  }
  return ntohs(reinterpret_cast<sockaddr_in6&>(bound.bytes).sin6_port);
}

void set_port(SocketAddress& address, std::uint16_t port) {
  if (address.bytes.ss_family == AF_INET) {
    reinterpret_cast<sockaddr_in&>(address.bytes).sin_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in6&>(address.bytes).sin6_port = htons(port);
  }
}

void turn_on(int fd, int level, int option) {
  const int one = 1;
  setsockopt(fd, level, option, &one, sizeof(one));
}

Result<BoundSocket> bind_one(const ListenAddress& address, SocketAddress& to, int type,
                             bool is_shared) {
  const int fd = socket(to.bytes.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(address, errno);
  BoundSocket bound(fd, address);
  if (type == SOCK_STREAM) turn_on(fd, SOL_SOCKET, SO_REUSEADDR);
  if (is_shared) turn_on(fd, SOL_SOCKET, SO_REUSEPORT);
  if (::bind(fd, to.raw(), to.size) != 0) return cannot_listen(address, errno);
  bound.address().port = port_of(fd);
  set_port(to, bound.address().port);
  return bound;
}

Result<std::vector<BoundSocket>> bind_tcp(const ListenAddress& address, int copies) {
  TT_TRY(SocketAddress to, resolve(address));
  std::vector<BoundSocket> sockets;
  if (address.port != 0) {
    // With SO_REUSEPORT a second daemon of the same user would share the port in silence; a first
    // bind without it finds the port taken.
    TT_TRY(BoundSocket probe, bind_one(address, to, SOCK_STREAM, false));
  }
  for (int i = 0; i < copies; ++i) {
    TT_TRY(BoundSocket bound, bind_one(address, to, SOCK_STREAM, true));
    if (listen(bound.fd(), kBacklog) != 0) return cannot_listen(address, errno);
    sockets.push_back(std::move(bound));
  }
  return sockets;
}

Result<std::vector<BoundSocket>> bind_udp(const ListenAddress& address) {
  TT_TRY(SocketAddress to, resolve(address));
  TT_TRY(BoundSocket bound, bind_one(address, to, SOCK_DGRAM, false));
  setsockopt(bound.fd(), SOL_SOCKET, SO_RCVBUF, &kDatagramBufferBytes,
             sizeof(kDatagramBufferBytes));
  turn_on(bound.fd(), SOL_SOCKET, SO_RXQ_OVFL);
  std::vector<BoundSocket> sockets;
  sockets.push_back(std::move(bound));
  return sockets;
}

// A socket file that nobody answers on is a leftover of a crash.
bool is_leftover(const sockaddr_un& to) {
  struct stat info;
  if (lstat(to.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int code = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  const bool is_refused = code != 0 && errno == ECONNREFUSED;
  ::close(fd);
  return is_refused;
}

Result<std::vector<BoundSocket>> bind_unix(const ListenAddress& address) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address.path.c_str(), address.path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(address, errno);
  if (is_leftover(to)) ::unlink(to.sun_path);
  const bool is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  if (!is_bound || listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::close(fd);
    return cannot_listen(address, error);
  }
  std::vector<BoundSocket> sockets;
  sockets.emplace_back(fd, address);
  return sockets;
}

bool is_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

PeerInfo describe_peer(const sockaddr_storage& from) {
  PeerInfo peer;
  char text[INET6_ADDRSTRLEN] = "";
  if (from.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &four.sin_addr, text, sizeof(text));
    peer.is_loopback = (ntohl(four.sin_addr.s_addr) >> 24) == 127;
  } else if (from.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(from);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
      inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], text, sizeof(text));
      peer.is_loopback = six.sin6_addr.s6_addr[12] == 127;
    } else {
      inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof(text));
      peer.is_loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
  } else {
    peer.is_loopback = true;
    peer.address = "unix";
    return peer;
  }
  peer.address = text;
  return peer;
}

BoundSocket::~BoundSocket() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (address_.kind == ListenAddress::Kind::kUnix) ::unlink(address_.path.c_str());
}

Result<std::vector<BoundSocket>> bind_all(const ListenAddress& address, int copies) {
  if (address.kind == ListenAddress::Kind::kUnix) return bind_unix(address);
  if (address.kind == ListenAddress::Kind::kUdp) return bind_udp(address);
  return bind_tcp(address, copies);
}

Acceptor::Acceptor(EventLoop& loop, BoundSocket socket, OnAccept on_accept)
    : address_(socket.address()),
      on_accept_(std::move(on_accept)),
      descriptor_(loop.executor()),
      timer_(loop.executor()) {
  boost::system::error_code error;
  descriptor_.assign(socket.release(), error);
}

void Acceptor::close() {
  if (!descriptor_.is_open()) return;
  boost::system::error_code error;
  descriptor_.close(error);
  timer_.cancel();
  if (address_.kind == ListenAddress::Kind::kUnix) ::unlink(address_.path.c_str());
}

void Acceptor::wait() {
  if (!descriptor_.is_open()) return;
  descriptor_.async_wait(descriptor_.wait_read, [this](const boost::system::error_code& error) {
    if (!error) accept_some();
  });
}

void Acceptor::accept_some() {
  for (int i = 0; i < kAcceptBurst && descriptor_.is_open(); ++i) {
    SocketAddress from;
    from.size = sizeof(from.bytes);
    const int fd =
        accept4(descriptor_.native_handle(), from.raw(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (is_exhausted(errno)) return pause();
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      continue;  // The peer gave up, or the network reported an old error: take the next one.
    }
    if (from.bytes.ss_family != AF_UNIX) {
      turn_on(fd, IPPROTO_TCP, TCP_NODELAY);
      turn_on(fd, SOL_SOCKET, SO_KEEPALIVE);
    }
    is_paused_ = false;
    on_accept_(AcceptedSocket(fd, describe_peer(from.bytes)), address_);
  }
  wait();
}

void Acceptor::pause() {
  if (!is_paused_) {
    log::warning("no descriptors left, accepting later", {{"address", address_.to_string()}});
  }
  is_paused_ = true;
  timer_.expires_after(std::chrono::milliseconds(kPauseMs));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wait();
  });
}

}  // namespace tt::net
