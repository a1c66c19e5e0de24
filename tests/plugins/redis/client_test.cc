// Tests of redis/client with a server that says little: what ends a wait, and over which socket.
// SPDX-License-Identifier: Apache-2.0
#include "redis/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "redis/replies.h"

namespace tt::broker::redis::test {
namespace {

/// Takes one connection, says a text when it hears anything, and waits for the end.
class Server {
 public:
  explicit Server(std::string says) : listens_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path_.c_str());
    EXPECT_EQ(::bind(listens_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listens_, 1), 0);
    thread_ = std::thread([this, says = std::move(says)] {
      const int peer = ::accept(listens_, nullptr, nullptr);
      char bytes[4096];
      for (ssize_t n; (n = ::read(peer, bytes, sizeof bytes)) > 0;) {
        if (heard_ == 0) {
          EXPECT_EQ(::send(peer, says.data(), says.size(), MSG_NOSIGNAL),
                    static_cast<ssize_t>(says.size()));
        }
        heard_ += static_cast<std::size_t>(n);
      }
      ::close(peer);
    });
  }
  ~Server() {
    if (thread_.joinable()) thread_.join();
    ::close(listens_);
    ::unlink(path_.c_str());
  }
  ServerOptions options() const {
    ServerOptions made;
    made.address = "unix:" + path_;
    return made;
  }
  /// How many bytes came, once the client is gone.
  std::size_t heard_in_all() {
    thread_.join();
    return heard_;
  }

 private:
  const std::string path_ = testing::TempDir() + "redis-" + std::to_string(::getpid());
  const int listens_;
  std::atomic<std::size_t> heard_ = 0;
  std::thread thread_;
};

TEST(RedisClient, replies_come_over_a_socket_of_unix) {
  const Server server("+OK\r\n:7\r\n");
  const auto client = Client::connect(server.options(), Deadline(std::chrono::seconds(30)));
  ASSERT_TRUE(client.ok()) << client.error().text;
  for (const char* name : {"a", "b"}) (*client)->queue({"INCR", name});
  const auto first = (*client)->next();
  ASSERT_TRUE(first.ok()) << first.error().text;
  EXPECT_EQ(text_of(**first), "OK");
  const auto second = (*client)->next();
  ASSERT_TRUE(second.ok()) << second.error().text;
  EXPECT_EQ((*second)->integer, 7);
}

TEST(RedisClient, all_replies_share_one_deadline) {
  const Server server("+OK\r\n$100\r\nonly a part");
  const auto client = Client::connect(server.options(), Deadline(std::chrono::seconds(30)));
  ASSERT_TRUE(client.ok()) << client.error().text;
  (*client)->queue({"GET", "a"});
  ASSERT_TRUE((*client)->next().ok());
  (*client)->begin(Deadline(std::chrono::milliseconds(50)));
  for (int i = 0; i < 2; ++i) {
    const auto late = (*client)->next();
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().text, "redis: no answer within `reply_seconds`");
  }
}

TEST(RedisClient, behind_the_deadline_nothing_is_written) {
  Server server("");
  auto client = Client::connect(server.options(), Deadline(std::chrono::seconds(30)));
  ASSERT_TRUE(client.ok()) << client.error().text;
  (*client)->begin(Deadline(std::chrono::milliseconds(-1)));
  (*client)->queue({"SET", "a", "b"});
  EXPECT_FALSE((*client)->next().ok());
  client->reset();
  EXPECT_EQ(server.heard_in_all(), 0u);
}

}  // namespace
}  // namespace tt::broker::redis::test
