// A hostile HTTP server for tests: hangs, resets, floods, breaks off, redirects, or just answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"

namespace tt::net::testing {

/// The server's end of one connection.
class RawPeer {
 public:
  explicit RawPeer(int fd) : fd_(fd) {}
  int fd() const { return fd_; }

  /// Head and Content-Length body of the next request; empty when the peer closed.
  std::string read_request() {
    while (unread_.find("\r\n\r\n") == std::string::npos) {
      if (!fill()) return {};
    }
    const std::size_t head = unread_.find("\r\n\r\n") + 4;
    const std::string lower = to_lower(unread_.substr(0, head));
    const std::size_t at = lower.find("content-length: ");
    std::size_t length = 0;
    if (at != std::string::npos) {
      const std::size_t end = lower.find("\r\n", at);
      length = parse_u64(std::string_view(lower).substr(at + 16, end - at - 16)).value_or(0);
    }
    while (unread_.size() < head + length && fill()) {
    }
    std::string request = unread_.substr(0, head + length);
    unread_.erase(0, request.size());
    return request;
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// Waits until the other side (or the end of the server) closes.
  void wait_for_close() {
    while (fill()) unread_.clear();
  }
  /// The connection ends with a reset instead of a close.
  void reset_on_close() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }

 private:
  bool fill() {
    char room[65'536];
    const ssize_t n = ::recv(fd_, room, sizeof(room), 0);
    if (n <= 0) return false;
    unread_.append(room, static_cast<std::size_t>(n));
    return true;
  }
  int fd_;
  std::string unread_;
};

using Behaviour = std::function<void(RawPeer&)>;

/// Serves each connection of 127.0.0.1, or of `address`, on a thread of its own with one behaviour.
class RawServer {
 public:
  explicit RawServer(Behaviour behaviour, in_addr_t address = INADDR_LOOPBACK)
      : behaviour_(std::move(behaviour)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(address);
    socklen_t size = sizeof(to);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&to), size) != 0 ||
        ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&to), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(to.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }
  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int connections() const { return connections_; }
  /// All requests of all connections that behaviours recorded.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void record(std::string request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      open_.insert(fd);
      threads_.emplace_back([this, fd] {
        RawPeer peer(fd);
        behaviour_(peer);
        const std::lock_guard closing(mutex_);
        open_.erase(fd);
        ::close(fd);
      });
    }
  }

  Behaviour behaviour_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// Answers every request alike; `extra` are whole header lines.
inline Behaviour answering(int status, std::string body = "", std::string extra = "") {
  return [=](RawPeer& peer) {
    while (!peer.read_request().empty()) {
      peer.send("HTTP/1.1 " + std::to_string(status) + " Text\r\n" + extra +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  };
}
/// Reads the request and says nothing.
inline Behaviour hanging() {
  return [](RawPeer& peer) { peer.wait_for_close(); };
}
/// Resets the connection after the request.
inline Behaviour resetting() {
  return [](RawPeer& peer) {
    peer.read_request();
    peer.reset_on_close();
  };
}
/// Closes after the request without an answer.
inline Behaviour closing() {
  return [](RawPeer& peer) { peer.read_request(); };
}
/// Promises more body than it sends, then closes.
inline Behaviour breaking_off(int status, std::string part) {
  return [=](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 " + std::to_string(status) + " Text\r\nContent-Length: 1000\r\n\r\n" +
              part);
  };
}
/// A body that is as large as said, sent until the peer has enough.
inline Behaviour flooding(std::size_t bytes) {
  return [=](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    const std::string block(65'536, 'x');
    for (std::size_t sent = 0; sent < bytes && peer.send(block); sent += block.size()) {
    }
  };
}
/// Headers without an end.
inline Behaviour endless_head() {
  return [](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "A: " + std::string(1'000, 'x') + "\r\n";
    while (peer.send(line)) {
    }
  };
}
inline Behaviour redirecting(std::string to) {
  return answering(302, "", "Location: " + to + "\r\n");
}
/// These bytes and a close, whatever was asked.
inline Behaviour babbling(std::string bytes) {
  return [=](RawPeer& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

}  // namespace tt::net::testing
