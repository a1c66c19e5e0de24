// The HTTP client: where it does not go, what it does not send, and what its errors do not tell.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "http_client_fixture.h"
#include "net/transfer.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(Origin, shows_scheme_host_and_port_only) {
  EXPECT_EQ(origin_of("https://u:p@Host:8443/a?b#c"), "https://Host:8443");
  EXPECT_EQ(origin_of("HTTP://h"), "http://h");
  EXPECT_EQ(origin_of("http://a@b@c/"), "http://c");
  EXPECT_EQ(origin_of("http://h\\x/"), "http://h");
  EXPECT_EQ(origin_of("nonsense:secret"), "?");
}

}  // namespace
}  // namespace tt::net::testing
