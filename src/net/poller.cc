// Nests one epoll set in Asio's, which keeps timers, posts and acceptors.
// SPDX-License-Identifier: Apache-2.0
#include "net/poller.h"

#include "base/result.h"

namespace tt::net {

Poller::Poller(boost::asio::io_context& context) : epoll_(context.get_executor()) {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  TT_ASSERT(fd >= 0);
  epoll_.assign(fd);
}

bool Poller::add(int fd, Watched& owner) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &owner;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  ++watched_count_;
  arm();
  return true;
}

// Closing the socket takes it out of the set.
void Poller::remove(const Watched& owner) {
  for (int i = next_; i < ready_count_; ++i)
    if (ready_[static_cast<std::size_t>(i)].data.ptr == &owner)
      ready_[static_cast<std::size_t>(i)].data.ptr = nullptr;
  // A loop without sockets must be able to end.
  if (--watched_count_ > 0) return;
  boost::system::error_code ignored;
  epoll_.cancel(ignored);
}

void Poller::arm() {
  if (is_armed_ || ready_count_ > 0) return;
  is_armed_ = true;
  epoll_.async_wait(epoll_.wait_read, [this](const boost::system::error_code&) {
    is_armed_ = false;
    poll();
  });
}

void Poller::poll() {
  ready_count_ =
      ::epoll_wait(epoll_.native_handle(), ready_.data(), static_cast<int>(ready_.size()), 0);
  for (next_ = 0; next_ < ready_count_; ++next_) {
    const epoll_event& event = ready_[static_cast<std::size_t>(next_)];
    if (event.data.ptr) static_cast<Watched*>(event.data.ptr)->on_events(event.events);
  }
  ready_count_ = 0;
  if (watched_count_ > 0) arm();
}

}  // namespace tt::net
