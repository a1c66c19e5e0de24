// Poller: each readiness is told once, and nothing of a socket that is gone.
// SPDX-License-Identifier: Apache-2.0
#include "net/poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <vector>

namespace tt::net {
namespace {

/// One end is watched, the other belongs to the test.
class Pair final : public Watched {
 public:
  explicit Pair(Poller& poller) : poller_(poller) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    EXPECT_TRUE(poller.add(fds_[0], *this));
  }
  ~Pair() {
    close();
    ::close(fds_[1]);
  }
  void close() {
    if (fds_[0] < 0) return;
    poller_.remove(*this);
    ::close(fds_[0]);
    fds_[0] = -1;
  }
  void send() { EXPECT_EQ(::write(fds_[1], "x", 1), 1); }
  void hang_up() { EXPECT_EQ(::shutdown(fds_[1], SHUT_WR), 0); }
  void on_events(std::uint32_t events) override {
    told.push_back(events);
    if (then) then();
  }

  std::vector<std::uint32_t> told;
  std::function<void()> then;

 private:
  Poller& poller_;
  int fds_[2] = {-1, -1};
};

TEST(Poller, tells_of_bytes_once_though_nobody_reads_them) {
  boost::asio::io_context context;
  Poller poller(context);
  Pair pair(poller);
  context.run_one();
  ASSERT_EQ(pair.told.size(), 1u);  // Writable from the start.
  EXPECT_FALSE(pair.told[0] & EPOLLIN);
  pair.send();
  context.run_one();
  ASSERT_EQ(pair.told.size(), 2u);
  EXPECT_TRUE(pair.told[1] & EPOLLIN);
  context.poll();
  EXPECT_EQ(pair.told.size(), 2u);
}

TEST(Poller, tells_that_the_peer_has_closed) {
  boost::asio::io_context context;
  Poller poller(context);
  Pair pair(poller);
  context.run_one();
  pair.hang_up();
  context.run_one();
  ASSERT_EQ(pair.told.size(), 2u);
  EXPECT_TRUE(pair.told[1] & EPOLLRDHUP);
}

TEST(Poller, says_nothing_of_a_socket_that_another_one_ended_in_the_same_turn) {
  boost::asio::io_context context;
  Poller poller(context);
  Pair first(poller), second(poller);
  first.then = [&] { second.close(); };
  second.then = [&] { first.close(); };
  context.run_one();
  EXPECT_EQ(first.told.size() + second.told.size(), 1u);
}

TEST(Poller, lets_its_loop_end_when_no_socket_is_left) {
  boost::asio::io_context context;
  Poller poller(context);
  Pair pair(poller);
  pair.then = [&] { pair.close(); };
  context.run();  // Would not return.
  EXPECT_EQ(pair.told.size(), 1u);
  Pair other(poller);
  other.then = [&] { other.close(); };
  context.restart();
  context.run();
  EXPECT_EQ(other.told.size(), 1u);
}

}  // namespace
}  // namespace tt::net
