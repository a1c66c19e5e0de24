// Bytes over sockets: one connection for many requests, a new one when the other side has gone.
// SPDX-License-Identifier: Apache-2.0
#include "net/socket_client.h"

#include <gmock/gmock.h>
#include <poll.h>

#include <future>

#include "base/temporary_folder.h"
#include "raw_client.h"
#include "raw_server.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

class SocketClientTest : public ::testing::Test {
 protected:
  SocketAnswer send(const std::string& to, const std::string& bytes, bool is_datagram = false) {
    SocketRequest request{.to = *parse_listen(to), .bytes = bytes, .is_datagram = is_datagram};
    request.timeout_ms = kPatienceMs;
    return call(std::move(request));
  }
  SocketAnswer call(SocketRequest request) {
    auto done = std::make_shared<std::promise<SocketAnswer>>();
    auto answer = done->get_future();
    client_->send(std::move(request),
                  [done](SocketAnswer got) { done->set_value(std::move(got)); });
    return answer.get();
  }
  static std::string address(const RawServer& server) {
    return "tcp://127.0.0.1:" + std::to_string(server.port());
  }

  std::unique_ptr<SocketClient> client_ = SocketClient::start(system_spawner());
};

/// Neither reads nor writes until the other side, or the server, goes.
void hang(RawPeer& peer) {
  pollfd gone{peer.fd(), POLLRDHUP, 0};
  ::poll(&gone, 1, -1);
}

TEST_F(SocketClientTest, requests_to_one_address_share_a_connection) {
  std::promise<std::string> promise;
  RawServer server([&](RawPeer& peer) {
    std::string got;
    while (got.find("three\n") == std::string::npos) {
      char room[64];
      const ssize_t n = ::recv(peer.fd(), room, sizeof room, 0);
      if (n <= 0) break;
      got.append(room, static_cast<std::size_t>(n));
    }
    promise.set_value(got);
  });
  for (const char* text : {"one\n", "two\n", "three\n"}) {
    const SocketAnswer answer = send(address(server), text);
    EXPECT_TRUE(answer.status.ok());
    EXPECT_TRUE(answer.was_sent);
  }
  EXPECT_EQ(promise.get_future().get(), "one\ntwo\nthree\n");
}

TEST_F(SocketClientTest, nobody_there_is_a_reason_to_try_again) {
  std::string nowhere;
  {
    RawServer server([](RawPeer&) {});
    nowhere = address(server);
  }
  const SocketAnswer answer = send(nowhere, "x");
  ASSERT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.status.error().code, Code::kRetry);
  EXPECT_THAT(answer.status.error().text, HasSubstr("cannot connect"));
  EXPECT_FALSE(answer.was_sent);
}

TEST_F(SocketClientTest, addresses_that_are_not_allowed_are_not_dialled) {
  const SocketAnswer answer = send("tcp://169.254.169.254:80", "x");
  ASSERT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.status.error().code, Code::kMisconfigured);
  EXPECT_THAT(answer.status.error().text, HasSubstr("allow_networks"));
}

TEST_F(SocketClientTest, a_peer_that_takes_nothing_costs_its_timeout_alone) {
  RawServer server(hang);
  SocketRequest request{.to = *parse_listen(address(server)), .bytes = std::string(64u << 20, 'x')};
  request.timeout_ms = 200;
  const SocketAnswer answer = call(std::move(request));
  ASSERT_FALSE(answer.status.ok());
  EXPECT_THAT(answer.status.error().text, HasSubstr("timed out while sending"));
}

TEST_F(SocketClientTest, datagrams_go_to_udp_and_to_unix_sockets) {
  const TemporaryFolder folder;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = folder / "log";
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  const int log = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(log, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  const int udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(udp, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  socklen_t size = sizeof any;
  ASSERT_EQ(::getsockname(udp, reinterpret_cast<sockaddr*>(&any), &size), 0);

  const SocketAnswer logged = send("unix:" + path, "to the log", true);
  ASSERT_TRUE(logged.status.ok()) << logged.status.error().text;
  ASSERT_TRUE(
      send("udp://127.0.0.1:" + std::to_string(ntohs(any.sin_port)), "over udp").status.ok());
  char buffer[64];
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(::recv(log, buffer, sizeof buffer, 0))),
            "to the log");
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(::recv(udp, buffer, sizeof buffer, 0))),
            "over udp");
  ::close(log);
  ::close(udp);
}

TEST_F(SocketClientTest, what_is_in_flight_when_the_client_ends_is_told) {
  RawServer server(hang);
  auto done = std::make_shared<std::promise<SocketAnswer>>();
  SocketRequest request{.to = *parse_listen(address(server)), .bytes = std::string(64u << 20, 'x')};
  client_->send(std::move(request), [done](SocketAnswer got) { done->set_value(std::move(got)); });
  client_.reset();
  EXPECT_FALSE(done->get_future().get().status.ok());
}

}  // namespace
}  // namespace tt::net::testing
