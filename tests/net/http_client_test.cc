// The HTTP client against a hostile server: statuses, limits, and answers that break off.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <future>

#include "http_client_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ClientTest, every_status_comes_back_as_it_is) {
  for (int status = 200; status <= 599; ++status) {
    RawServer server(answering(status, status == 204 || status == 304 ? "" : "body"));
    const ClientAnswer answer = call(server);
    EXPECT_EQ(answer.status, status) << answer.error;
    EXPECT_EQ(answer.error, "");
    EXPECT_TRUE(answer.was_sent);
  }
}

TEST_F(ClientTest, interim_answers_are_skipped) {
  for (const int interim : {100, 102, 103, 199}) {
    RawServer server(babbling("HTTP/1.1 " + std::to_string(interim) +
                              " Wait\r\nX-Interim: 1\r\n\r\n"
                              "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"));
    const ClientAnswer answer = call(server);
    EXPECT_EQ(answer.status, 202) << interim << answer.error;
    EXPECT_EQ(answer.body, "ok");
    EXPECT_FALSE(has_header(answer.headers, "X-Interim"));
  }
}

TEST_F(ClientTest, an_interim_answer_alone_is_no_answer) {
  for (int status = 100; status <= 199; ++status) {
    RawServer server(babbling("HTTP/1.1 " + std::to_string(status) + " Wait\r\n\r\n"));
    const ClientAnswer answer = call(server);
    EXPECT_EQ(answer.status, 0) << status;
    EXPECT_NE(answer.error, "") << status;
  }
}

TEST_F(ClientTest, sends_what_it_was_given_and_little_more) {
  RawServer* recorder = nullptr;
  RawServer server([&](RawPeer& peer) {
    for (std::string got; !(got = peer.read_request()).empty();) {
      recorder->record(got);
      peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    }
  });
  recorder = &server;
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    ClientRequest request = this->request(server, "/p?q=1");
    request.method = method;
    request.headers = {{"X-One", "1"}, {"X-Empty", ""}};
    EXPECT_EQ(client_->call(request).status, 204) << method;
    const std::string got = server.requests().back();
    EXPECT_THAT(got, StartsWith(std::string(method) + " /p?q=1 HTTP/1.1\r\n"));
    EXPECT_THAT(got, HasSubstr("X-One: 1\r\n"));
    EXPECT_THAT(got, HasSubstr("X-Empty:\r\n"));
    EXPECT_THAT(got, HasSubstr("User-Agent: time-tunnel\r\n"));
    EXPECT_THAT(got, Not(HasSubstr("Content-Type")));
    EXPECT_THAT(got, Not(HasSubstr("Expect")));
  }
  ClientRequest request = this->request(server);
  request.body = std::string("with\0zero", 9) + std::string(100'000, 'b');
  request.headers = {{"Content-Type", "text/x"}, {"user-agent", "mine"}};
  EXPECT_EQ(client_->call(request).status, 204);
  EXPECT_TRUE(server.requests().back().ends_with("\r\n\r\n" + request.body));
  EXPECT_THAT(server.requests().back(), HasSubstr("user-agent: mine\r\n"));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, answers_have_headers_and_body) {
  RawServer server(answering(200, "{\"ok\":true}", "X-A:  b \r\nX-A: c\r\n"));
  const ClientAnswer answer = call(server);
  EXPECT_EQ(find_header(answer.headers, "x-a"), "b");
  EXPECT_EQ(answer.body, "{\"ok\":true}");
  EXPECT_FALSE(answer.is_truncated);
  EXPECT_GT(answer.duration_ns, 0);
}

TEST_F(ClientTest, bodies_are_cut_at_the_limit) {
  RawServer exact(answering(200, std::string(1'000, 'x')));
  ClientRequest request = this->request(exact);
  request.answer_bytes_max = 1'000;
  EXPECT_FALSE(client_->call(request).is_truncated);
  request.answer_bytes_max = 999;
  const ClientAnswer cut = client_->call(request);
  EXPECT_EQ(cut.status, 200);
  EXPECT_TRUE(cut.is_truncated);
  EXPECT_EQ(cut.body.size(), 999u);
  EXPECT_EQ(cut.error, "");
}

TEST_F(ClientTest, a_flood_costs_no_more_than_the_limit) {
  RawServer server(flooding(100u << 20));
  const ClientAnswer answer = call(server);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.is_truncated);
  EXPECT_EQ(answer.body.size(), 64u << 10);
}

TEST_F(ClientTest, an_endless_head_is_no_answer) {
  RawServer server(endless_head());
  const ClientAnswer answer = call(server);
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(answer.error, HasSubstr("head is too large"));
}

TEST_F(ClientTest, a_body_that_breaks_off_keeps_its_status) {
  RawServer server(breaking_off(202, "part"));
  const ClientAnswer answer = call(server);
  EXPECT_EQ(answer.status, 202);
  EXPECT_TRUE(answer.is_truncated);
  EXPECT_EQ(answer.body, "part");
  EXPECT_NE(answer.error, "");
}

TEST_F(ClientTest, hanging_servers_time_out) {
  RawServer server(hanging());
  ClientRequest request = this->request(server);
  request.timeout_ms = 50;
  const ClientAnswer answer = client_->call(request);
  EXPECT_EQ(answer.status, 0);
  EXPECT_TRUE(answer.was_sent);
  EXPECT_EQ(answer.error, server.url("") + ": timed out after 50 ms");
}

TEST_F(ClientTest, resets_and_closes_are_errors_of_a_sent_request) {
  for (const Behaviour& behaviour : {resetting(), closing(), babbling("SSH-2.0-x\r\n")}) {
    RawServer server(behaviour);
    const ClientAnswer answer = call(server);
    EXPECT_EQ(answer.status, 0);
    EXPECT_TRUE(answer.was_sent);
    EXPECT_THAT(answer.error, StartsWith(server.url("") + ": "));
  }
}

TEST_F(ClientTest, a_refused_connection_was_not_sent) {
  std::string url;
  {
    RawServer server(closing());
    url = server.url();
  }
  ClientRequest request;
  request.url = url;
  const ClientAnswer answer = client_->call(request);
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.was_sent);
}

TEST_F(ClientTest, long_answers_are_handed_on_as_they_come) {
  std::promise<void> has_first;
  RawServer server([&](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nfirst\n");
    has_first.get_future().wait();
    while (peer.send("more\n")) {
    }
  });
  ClientRequest request = this->request(server);
  request.timeout_ms = 0;
  std::string got;
  request.on_body = [&](std::string_view bytes) {
    if (got.empty()) has_first.set_value();
    got += bytes;
    return got.size() < 1'000'000;
  };
  const ClientAnswer answer = client_->call(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(got.starts_with("first\nmore\n"));
}

TEST_F(ClientTest, refusals_are_not_handed_on_as_they_come) {
  RawServer server(answering(401, "why"));
  ClientRequest request = this->request(server);
  request.on_body = [](std::string_view) { return false; };
  EXPECT_EQ(client_->call(request).body, "why");
}

TEST_F(ClientTest, what_no_retry_can_mend_is_misconfigured) {
  RawServer server(answering(200)), reset(resetting());
  EXPECT_FALSE(call(reset).is_misconfigured);
  const auto with = [&](auto change) {
    ClientRequest request = this->request(server);
    change(request);
    return client_->call(std::move(request)).is_misconfigured;
  };
  EXPECT_TRUE(with([](ClientRequest& r) { r.url = "ftp://h/"; }));
  EXPECT_TRUE(with([](ClientRequest& r) { r.url = "http://a b/"; }));
  EXPECT_TRUE(with([](ClientRequest& r) { r.url = "http://169.254.1.1/"; }));
  EXPECT_TRUE(with([](ClientRequest& r) { r.headers = {{"A\n", "b"}}; }));
  EXPECT_TRUE(with([](ClientRequest& r) { r.proxy = "http://no-such-proxy.invalid"; }));
  EXPECT_TRUE(with([&](ClientRequest& r) {
    r.url = "https://127.0.0.1:" + std::to_string(server.port());
    r.tls = std::make_shared<ClientTls>(ClientTls{"/none.pem"});
  }));
  EXPECT_FALSE(with([](ClientRequest& r) { r.url = "http://no-such-host.invalid/"; }));
}

}  // namespace
}  // namespace tt::net::testing
