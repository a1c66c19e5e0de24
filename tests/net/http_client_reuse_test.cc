// The HTTP client with many requests: connections are kept, and nothing else of a request is.
// SPDX-License-Identifier: Apache-2.0
#include <future>

#include "http_client_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(ClientTest, connections_are_reused) {
  RawServer server(answering(200, "x"));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(call(server).status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, a_connection_that_ended_in_between_is_replaced) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  });
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(call(server).status, 200);
    EXPECT_EQ(server.connections(), i);
  }
}

TEST_F(ClientTest, a_request_leaves_nothing_to_the_next) {
  RawServer* recorder = nullptr;
  RawServer server([&](RawPeer& peer) {
    for (std::string got; !(got = peer.read_request()).empty();) {
      recorder->record(got);
      peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    }
  });
  recorder = &server;
  const ClientRequest kinds[] = {{.method = "POST", .headers = {{"A", "1"}}, .body = "long body"},
                                 {.method = "POST", .body = "short"},
                                 {.method = "POST"},
                                 {.method = "GET", .headers = {{"Expect", "x"}}},
                                 {.method = "GET", .body = "odd"},
                                 {.method = "HEAD", .body = "odd"},
                                 {.method = "HEAD"},
                                 {.method = "PUT", .body = "put"},
                                 {.method = "DELETE"},
                                 {.method = "DELETE", .headers = {{"User-Agent", "mine"}}}};
  int count = 0;
  const auto bytes_of = [&](HttpClient& client, ClientRequest request) {
    request.url = server.url(count++ % 3 == 0 ? "/a" : "/b");
    const ClientAnswer answer = client.call(request);
    EXPECT_EQ(answer.status, 204) << request.method << answer.error;
    std::string bytes = server.requests().back();
    EXPECT_THAT(bytes, StartsWith(request.method + " /"));
    EXPECT_EQ(bytes.ends_with(request.body), request.method != "HEAD" || request.body.empty());
    return bytes.erase(bytes.find(" /") + 1, 2);
  };
  for (const ClientRequest& first : kinds) {
    for (const ClientRequest& second : kinds) {
      const auto fresh = HttpClient::start(system_spawner(), metrics_, 1);
      const std::string alone = bytes_of(*fresh, second);
      bytes_of(*client_, first);
      EXPECT_EQ(bytes_of(*client_, second), alone) << "after " << first.method;
    }
  }
}

TEST_F(ClientTest, limits_are_those_of_the_request) {
  RawServer hang(hanging()), good(answering(200, "12345678"));
  EXPECT_EQ(call(good).status, 200);
  ClientRequest request = this->request(hang);
  request.timeout_ms = 50;
  const ClientAnswer late = client_->call(request);
  EXPECT_THAT(late.error, HasSubstr("timed out after 50 ms"));
  EXPECT_LT(late.duration_ns, kPatienceMs * kNsPerMs);
  EXPECT_EQ(call(good).body, "12345678");
  request = this->request(good);
  request.answer_bytes_max = 4;
  EXPECT_EQ(client_->call(request).body, "1234");
  EXPECT_EQ(call(good).body, "12345678");
}

TEST_F(ClientTest, what_cannot_be_sent_was_not_sent_though_the_one_before_was) {
  RawServer server(answering(200));
  EXPECT_TRUE(call(server).was_sent);
  ClientRequest bad = request(server);
  bad.headers = {{"A\n", "b"}};
  EXPECT_FALSE(client_->call(bad).was_sent);
  ClientRequest refused = request(server);
  auto policy = std::make_shared<AddressPolicy>();
  policy->allow_private = false;
  refused.addresses = policy;
  EXPECT_FALSE(client_->call(refused).was_sent);
  EXPECT_TRUE(call(server).was_sent);
}

TEST_F(ClientTest, many_requests_run_at_once) {
  RawServer server(answering(200, "x"));
  std::atomic<int> left{100};
  std::promise<void> all_done;
  for (int i = 0; i < 100; ++i) {
    client_->send(request(server), [&](ClientAnswer answer) {
      EXPECT_EQ(answer.status, 200) << answer.error;
      if (--left == 0) all_done.set_value();
    });
  }
  EXPECT_EQ(all_done.get_future().wait_for(std::chrono::milliseconds(kPatienceMs)),
            std::future_status::ready);
}

TEST_F(ClientTest, done_may_send_again) {
  RawServer server(answering(200));
  std::promise<int> second;
  client_->send(request(server), [&](ClientAnswer) {
    client_->send(request(server), [&](ClientAnswer answer) { second.set_value(answer.status); });
  });
  EXPECT_EQ(second.get_future().get(), 200);
}

TEST_F(ClientTest, ending_the_client_cancels_what_is_in_flight) {
  RawServer server(hanging());
  std::promise<ClientAnswer> given;
  client_->send(request(server), [&](ClientAnswer answer) { given.set_value(answer); });
  client_.reset();
  EXPECT_EQ(given.get_future().get().error, "cancelled");
}

}  // namespace
}  // namespace tt::net::testing
