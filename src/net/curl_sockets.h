// The sockets and the timer of one libcurl multi handle, watched by epoll.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <vector>

namespace tt::net {

/// Belongs to one thread, but for wake(). Ends after the multi handle, which closes sockets.
class CurlSockets {
 public:
  CurlSockets();
  ~CurlSockets();
  CurlSockets(const CurlSockets&) = delete;

  /// Before anything else is done with `multi`.
  void attach(CURLM* multi);
  /// Until a socket is ready, libcurl's timer is due or wake() was called; only looks, without
  /// `may_sleep`.
  void wait(bool may_sleep);
  /// Lets libcurl go on with what wait() has found and with what the timer says.
  void perform();
  /// Ends the wait() of now, or the next one. Any thread.
  void wake();

  /// For CURLOPT_OPENSOCKETFUNCTION: `fd` will be closed with close().
  void opened(int fd);
  /// CURLOPT_CLOSESOCKETFUNCTION.
  static int close(void* self, int fd);

 private:
  struct Watch {
    bool is_ours = false;       ///< Told by opened(): its end will be told, too.
    std::uint32_t wanted = 0;   ///< Events that libcurl waits for.
    std::uint32_t watched = 0;  ///< Events that epoll tells.
  };
  static int on_socket(CURL* easy, int fd, int what, void* self, void* socket);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void want(int fd, std::uint32_t events);
  void watch(int fd, std::uint32_t events);
  void tell(int fd, std::uint32_t events);
  int timeout_ms() const;
  Watch& at(int fd);

  static constexpr std::int64_t kNever = INT64_MAX;
  CURLM* multi_ = nullptr;
  int epoll_, wake_;
  std::int64_t due_ns_ = kNever;
  std::vector<Watch> watches_;  ///< By number of the socket.
  std::array<epoll_event, 64> ready_{};
  int ready_count_ = 0;
};

}  // namespace tt::net
