// Poller: the sockets of one loop in an epoll set of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>

namespace tt::net {

/// Something that owns a watched socket.
class Watched {
 public:
  /// `events` are those of epoll(7), each told once when it begins to hold (EPOLLET). May end this
  /// and other watched sockets.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

/// Asio makes a system call each time a socket is waited for; a socket in here is registered once,
/// and all that are ready together are told in one turn of the loop. Loop thread only.
class Poller {
 public:
  explicit Poller(boost::asio::io_context& context);
  /// For reading and writing; false when the kernel refuses.
  bool add(int fd, Watched& owner);
  /// Before the socket is closed. Nothing is told of it any more.
  void remove(const Watched& owner);

 private:
  void arm();
  void poll();

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
  std::array<epoll_event, 256> ready_{};
  int ready_count_ = 0, next_ = 0;
  std::size_t watched_count_ = 0;
  bool is_armed_ = false;
};

}  // namespace tt::net
