// A socket that libcurl keeps for later stays in the epoll set: most answers come on sockets that
// are watched already, and cost no call to change that.
// SPDX-License-Identifier: Apache-2.0
#include "net/curl_sockets.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/result.h"

namespace tt::net {

CurlSockets::CurlSockets()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  TT_ASSERT(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // Each write is told once: nobody has to read it.
  event.data.fd = wake_;
  TT_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

CurlSockets::~CurlSockets() {
  ::close(epoll_);
  ::close(wake_);
}

void CurlSockets::attach(CURLM* multi) {
  multi_ = multi;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlSockets::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlSockets::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

void CurlSockets::wait(bool may_sleep) {
  ready_count_ = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()),
                              may_sleep ? timeout_ms() : 0);
}

void CurlSockets::perform() {
  for (int i = 0; i < ready_count_; ++i) {
    const epoll_event& event = ready_[static_cast<std::size_t>(i)];
    if (event.data.fd != wake_) tell(event.data.fd, event.events);
  }
  ready_count_ = 0;
  if (due_ns_ == kNever || due_ns_ > system_clock().steady_ns()) return;
  due_ns_ = kNever;
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void CurlSockets::wake() {
  const std::uint64_t one = 1;
  TT_ASSERT(::write(wake_, &one, sizeof(one)) == sizeof(one));
}

void CurlSockets::opened(int fd) { at(fd) = {.is_ours = true}; }

int CurlSockets::close(void* self, int fd) {
  static_cast<CurlSockets*>(self)->at(fd) = {};  // Closing takes it out of the epoll set.
  return ::close(fd);
}

int CurlSockets::on_socket(CURL*, int fd, int what, void* self, void*) {
  std::uint32_t events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
  static_cast<CurlSockets*>(self)->want(fd, events);
  return 0;
}

int CurlSockets::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& sockets = *static_cast<CurlSockets*>(self);
  sockets.due_ns_ = timeout_ms < 0 ? kNever : system_clock().steady_ns() + timeout_ms * kNsPerMs;
  return 0;
}

// Sockets of libcurl's own (its resolver's) are closed without a word to us: out at once.
void CurlSockets::want(int fd, std::uint32_t events) {
  Watch& known = at(fd);
  known.wanted = events;
  if (events != known.watched && (events != 0 || !known.is_ours)) watch(fd, events);
}

// A socket that the kernel does not want to watch ends with its request's timeout.
void CurlSockets::watch(int fd, std::uint32_t events) {
  Watch& known = at(fd);
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  const int action = known.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  ::epoll_ctl(epoll_, events == 0 ? EPOLL_CTL_DEL : action, fd, &event);
  known.watched = events;
}

// What happens on a kept socket (its peer has closed it) is seen by libcurl when it takes it again.
void CurlSockets::tell(int fd, std::uint32_t events) {
  if (at(fd).wanted == 0) return watch(fd, 0);
  int what = 0;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) what |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) what |= CURL_CSELECT_OUT;
  if (events & (EPOLLHUP | EPOLLERR)) what |= CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_, fd, what, &running);
}

int CurlSockets::timeout_ms() const {
  if (due_ns_ == kNever) return -1;
  const std::int64_t left_ns = due_ns_ - system_clock().steady_ns();
  return static_cast<int>(std::clamp<std::int64_t>((left_ns + kNsPerMs - 1) / kNsPerMs, 0, 60'000));
}

CurlSockets::Watch& CurlSockets::at(int fd) {
  const auto i = static_cast<std::size_t>(fd);
  if (i >= watches_.size()) watches_.resize(std::max(i + 1, 2 * watches_.size()));
  return watches_[i];
}

}  // namespace tt::net
