// A blocking socket client for tests: sends bytes as they are, reads answers, never waits forever.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "net/http_server.h"

namespace tt::net::testing {

constexpr int kPatienceMs = 20'000;  // A liveness bound, not a measurement.

class RawClient {
 public:
  explicit RawClient(const ListenAddress& address) {
    if (address.kind == ListenAddress::Kind::kUnix) {
      fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un to{};
      to.sun_family = AF_UNIX;
      std::memcpy(to.sun_path, address.path.c_str(), address.path.size() + 1);
      dial(reinterpret_cast<sockaddr*>(&to), sizeof(to));
    } else {
      fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(address.port);
      inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
      dial(reinterpret_cast<sockaddr*>(&to), sizeof(to));
    }
  }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}
  ~RawClient() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }

  /// False when the peer does not take it.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }

  /// Bytes up to and with `marker`; what came when the peer closed before.
  std::string read_until(std::string_view marker) {
    std::size_t at;
    while ((at = unread_.find(marker)) == std::string::npos) {
      if (!fill()) return std::exchange(unread_, {});
    }
    return take(at + marker.size());
  }
  std::string read_bytes(std::size_t count) {
    while (unread_.size() < count && fill()) {
    }
    return take(std::min(count, unread_.size()));
  }
  std::string read_all() {
    while (fill()) {
    }
    return std::exchange(unread_, {});
  }
  /// One answer with Content-Length (or without body): head and body.
  std::string read_answer() {
    std::string head = read_until("\r\n\r\n");
    const std::size_t at = to_lower(head).find("content-length: ");
    if (at == std::string::npos) return head;
    const std::size_t end = head.find("\r\n", at);
    const auto length = parse_u64(std::string_view(head).substr(at + 16, end - at - 16));
    return head + read_bytes(length.value_or(0));
  }
  std::string ask(std::string_view bytes) {
    send(bytes);
    return read_answer();
  }
  /// True when the peer closes (or resets) without sending more.
  bool is_closed_by_peer() { return read_all().empty(); }

 private:
  void dial(const sockaddr* to, socklen_t size) {
    if (fd_ < 0 || ::connect(fd_, to, size) != 0) throw std::runtime_error(std::strerror(errno));
  }
  std::string take(std::size_t count) {
    std::string taken = unread_.substr(0, count);
    unread_.erase(0, count);
    return taken;
  }
  bool fill() {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, kPatienceMs) != 1) throw std::runtime_error("the peer says nothing");
    char room[65'536];
    const ssize_t n = ::recv(fd_, room, sizeof(room), 0);
    if (n <= 0) return false;
    unread_.append(room, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  std::string unread_;
};

inline int status_of(std::string_view answer) {
  if (answer.size() < 12 || !answer.starts_with("HTTP/1.1 ")) return 0;
  return static_cast<int>(parse_u64(answer.substr(9, 3)).value_or(0));
}

inline std::string_view body_of(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : answer.substr(end + 4);
}

}  // namespace tt::net::testing
