// Tests of net/curl_sockets.h: when a wait ends, and that nothing ends it for no reason.
// SPDX-License-Identifier: Apache-2.0
#include "net/curl_sockets.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "net/transfer.h"
#include "raw_server.h"

namespace tt::net::testing {
namespace {

class CurlSocketsTest : public ::testing::Test {
 protected:
  CurlSocketsTest() { sockets_.attach(multi_); }
  ~CurlSocketsTest() override { curl_multi_cleanup(multi_); }

  /// Runs one request to its end; how often there was something to do.
  int run(ClientRequest request) {
    int turns = 0;
    Transfer transfer(sockets_);
    EXPECT_TRUE(transfer.prepare(std::move(request), [this](ClientAnswer a) { answer_ = a; }));
    curl_multi_add_handle(multi_, transfer.handle());
    for (int left = 0;;) {
      sockets_.perform();
      if (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        const int code = message->data.result;
        curl_multi_remove_handle(multi_, transfer.handle());
        transfer.finish(code);
        return turns;
      }
      sockets_.wait(true);
      ++turns;
    }
  }
  /// What there was to do while nothing but a request that times out was going on.
  int turns_of_a_while() {
    RawServer server(hanging());
    return run({.url = server.url(), .timeout_ms = 50});
  }

  /// Dialling, sending, timers; whoever is told the same again and again needs thousands.
  static constexpr int kTurnsMax = 20;
  CurlSockets sockets_;
  CURLM* multi_ = curl_multi_init();
  ClientAnswer answer_;
};

TEST_F(CurlSocketsTest, a_wake_ends_the_wait_of_now_or_the_next_one) {
  sockets_.wake();
  sockets_.wait(true);
  std::thread waker([this] { sockets_.wake(); });
  sockets_.wait(true);
  waker.join();
  EXPECT_LE(turns_of_a_while(), kTurnsMax) << "each wake ends one wait";
}

TEST_F(CurlSocketsTest, who_may_not_sleep_only_looks) { sockets_.wait(false); }

TEST_F(CurlSocketsTest, timeouts_end_the_wait) {
  RawServer server(hanging());
  run({.url = server.url(), .timeout_ms = 50});
  EXPECT_EQ(answer_.status, 0);
  EXPECT_EQ(answer_.error, server.url("") + ": timed out after 50 ms");
}

TEST_F(CurlSocketsTest, a_kept_connection_that_its_peer_closes_disturbs_nobody) {
  std::promise<void> may_close;
  RawServer server([&](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    may_close.get_future().wait();
  });
  run({.url = server.url()});
  EXPECT_EQ(answer_.status, 200);
  may_close.set_value();
  EXPECT_LE(turns_of_a_while(), kTurnsMax);
}

TEST_F(CurlSocketsTest, numbers_of_closed_sockets_are_used_again) {
  for (int i = 0; i < 20; ++i) {
    RawServer keeps(answering(200)), closes(closing());
    run({.url = keeps.url()});
    EXPECT_EQ(answer_.status, 200);
    run({.url = closes.url()});
    EXPECT_EQ(answer_.status, 0);
    // By name: libcurl's resolver has sockets of its own.
    run({.url = "http://localhost:" + std::to_string(keeps.port()) + "/"});
    EXPECT_EQ(answer_.status, 200) << answer_.error;
  }
}

TEST_F(CurlSocketsTest, bodies_that_do_not_fit_the_socket_go_on_when_it_is_writable) {
  RawServer server(answering(200));
  EXPECT_GT(run({.url = server.url(), .body = std::string(16u << 20, 'b')}), 3);
  EXPECT_EQ(answer_.status, 200);
}

}  // namespace
}  // namespace tt::net::testing
