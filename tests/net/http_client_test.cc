// The HTTP client against a hostile server: statuses, limits, policies, no secrets in errors.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <future>

#include "net/transfer.h"
#include "raw_client.h"
#include "raw_server.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ClientTest : public ::testing::Test {
 protected:
  Metrics metrics_;
  std::unique_ptr<HttpClient> client_ = HttpClient::start(system_spawner(), metrics_, 1);

  ClientRequest request(const RawServer& server, std::string_view path = "/") {
    ClientRequest request;
    request.url = server.url(path);
    request.timeout_ms = kPatienceMs;
    return request;
  }
  ClientAnswer call(const RawServer& server, std::string_view path = "/") {
    return client_->call(request(server, path));
  }
};

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

TEST_F(ClientTest, redirects_are_not_followed) {
  RawServer target(answering(200));
  RawServer server(redirecting(target.url()));
  EXPECT_EQ(call(server).status, 302);
  EXPECT_EQ(target.connections(), 0);
}

TEST_F(ClientTest, only_http_is_spoken) {
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/",
                          "dict://127.0.0.1/", "telnet://127.0.0.1/", "", "::", "127.0.0.1"}) {
    ClientRequest request;
    request.url = url;
    request.timeout_ms = 200;
    const ClientAnswer answer = client_->call(request);
    EXPECT_EQ(answer.status, 0) << url;
    EXPECT_NE(answer.error, "") << url;
  }
}

TEST_F(ClientTest, header_injection_is_refused) {
  RawServer server(answering(200));
  const Headers bad[] = {{{"A", "b\r\nC: d"}}, {{"A\n", "b"}},  {{"A", std::string("b\0", 2)}},
                         {{"A:", "b"}},        {{"", "empty"}}, {{"A b", "c"}}};
  for (const Headers& headers : bad) {
    ClientRequest request = this->request(server);
    request.headers = headers;
    const ClientAnswer answer = client_->call(request);
    EXPECT_EQ(answer.status, 0);
    EXPECT_FALSE(answer.was_sent);
  }
  ClientRequest request = this->request(server, "/a\r\nX: y");
  EXPECT_EQ(client_->call(request).status, 0);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, errors_hold_no_secret) {
  const std::string secret = "hunter2";
  const auto check = [&](ClientRequest request, const std::string& url) {
    request.url = url;
    request.timeout_ms = 300;
    request.headers = {{"Authorization", secret}};
    request.body = secret;
    const ClientAnswer answer = client_->call(std::move(request));
    EXPECT_NE(answer.error, "") << url;
    EXPECT_THAT(answer.error, Not(HasSubstr(secret))) << url;
  };
  RawServer hang(hanging()), reset(resetting()), broken(breaking_off(200, secret));
  for (const RawServer* server : {&hang, &reset, &broken}) {
    const std::string rest = "127.0.0.1:" + std::to_string(server->port());
    check({}, "http://user:" + secret + "@" + rest + "/" + secret + "?token=" + secret);
    check({}, "https://" + rest + "/" + secret);
  }
  check({}, "http://127.0.0.1:1/" + secret);
  check({}, "http://no-such-host.invalid/" + secret);
  check({}, "nonsense:" + secret);
  check({}, "http://127.0.0.1:99999/" + secret);
  check({}, "http://bad host/" + secret);
  check({}, "http://u:" + secret + "@/x");
  check({}, "http://169.254.169.254/" + secret);
}

TEST_F(ClientTest, addresses_are_judged_when_dialled) {
  RawServer server(answering(200));
  ClientRequest request = this->request(server);
  auto strict = std::make_shared<AddressPolicy>();
  strict->allow_private = false;
  request.addresses = strict;
  const ClientAnswer refused = client_->call(request);
  EXPECT_EQ(refused.status, 0);
  EXPECT_FALSE(refused.was_sent);
  EXPECT_EQ(refused.error, "address 127.0.0.1 is not allowed (add it to allow_networks)");
  request.url = "http://localhost:" + std::to_string(server.port()) + "/";
  EXPECT_THAT(client_->call(request).error, HasSubstr("is not allowed"));
  // Forms that a naive check of the text would miss; libcurl reads them as addresses.
  for (const char* host : {"0x7f000001", "2130706433", "0177.0.0.1", "127.1", "[::1]",
                           "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"}) {
    request.url = "http://" + std::string(host) + ":" + std::to_string(server.port()) + "/";
    EXPECT_EQ(client_->call(request).status, 0) << host;
  }
  EXPECT_EQ(server.connections(), 0);
  request.url = server.url();
  auto named = std::make_shared<AddressPolicy>(*strict);
  named->allow_networks = {"127.0.0.0/8"};
  request.addresses = named;
  EXPECT_EQ(client_->call(request).status, 200);
}

TEST_F(ClientTest, metadata_addresses_need_a_network) {
  ClientRequest request;
  request.url = "http://169.254.169.254/latest/meta-data";
  request.connect_timeout_ms = 100;
  EXPECT_EQ(client_->call(request).error,
            "address 169.254.169.254 is not allowed (add it to allow_networks)");
}

TEST_F(ClientTest, a_kept_connection_does_not_get_around_the_policy) {
  RawServer server(answering(200));
  ClientRequest open = request(server);
  EXPECT_EQ(client_->call(open).status, 200);
  ClientRequest strict = request(server);
  auto policy = std::make_shared<AddressPolicy>();
  policy->allow_private = false;
  strict.addresses = policy;
  const ClientAnswer answer = client_->call(strict);
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.was_sent);
  EXPECT_THAT(answer.error, HasSubstr("is not allowed"));
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

TEST_F(ClientTest, proxies_of_the_environment_are_ignored) {
  RawServer proxy(answering(418)), server(answering(200));
  setenv("http_proxy", proxy.url().c_str(), 1);
  setenv("ALL_PROXY", proxy.url().c_str(), 1);
  EXPECT_EQ(call(server).status, 200);
  ClientRequest request = this->request(server);
  request.proxy = proxy.url();
  setenv("no_proxy", "*", 1);
  EXPECT_EQ(client_->call(request).status, 418);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  unsetenv("no_proxy");
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

TEST(Origin, shows_scheme_host_and_port_only) {
  EXPECT_EQ(origin_of("https://u:p@Host:8443/a?b#c"), "https://Host:8443");
  EXPECT_EQ(origin_of("HTTP://h"), "http://h");
  EXPECT_EQ(origin_of("http://a@b@c/"), "http://c");
  EXPECT_EQ(origin_of("http://h\\x/"), "http://h");
  EXPECT_EQ(origin_of("nonsense:secret"), "?");
}

}  // namespace
}  // namespace tt::net::testing
