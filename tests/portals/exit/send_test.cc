// What leaves through a client: signatures of webhook, crumbs of Jenkins.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/digest.h"
#include "portals/exit/exit_fixture.h"
#include "portals/kit/signature.h"
#include "portals/kit/url.h"

namespace tt::portals::test {
namespace {

TEST(BaseUrl, that_a_path_is_added_to_has_no_query) {
  const Configured literal("loki", "url: https://gw.example.com/loki?tenant=a");
  EXPECT_FALSE(literal.portal);
  EXPECT_NE(literal.problems().find("`url` has a query"), std::string::npos) << literal.problems();
  EXPECT_NE(literal.problems().find("test.yaml:1:6"), std::string::npos) << literal.problems();
  const auto* type = find_exit("loki");
  ::setenv("TT_TEST_BASE_URL", "https://gw.example.com/loki?token=canary", 1);
  const Configured secret(*type, "url: {env: TT_TEST_BASE_URL}");
  EXPECT_FALSE(secret.portal);
  EXPECT_EQ(secret.problems().find("canary"), std::string::npos) << secret.problems();
  EXPECT_TRUE(Configured("loki", "url: https://gw.example.com/loki/").portal);
  EXPECT_TRUE(Configured("webhook", "url: https://example.com/hook?a=1").portal);
}

TEST(BaseUrl, is_what_the_exit_says_whatever_it_is_called) {
  const Configured bot("slack",
                       "api: https://proxy.example.com/slack?a=1\ntoken: xoxb-1\nchannel: C1");
  EXPECT_FALSE(bot.portal);
  EXPECT_NE(bot.problems().find("`api` has a query"), std::string::npos) << bot.problems();
  EXPECT_NE(bot.problems().find("test.yaml:1:6"), std::string::npos) << bot.problems();
  EXPECT_TRUE(
      Configured("slack", "url: https://chat.example.com/hook?a=1\nchannel: '#ops'").portal);
}

struct Plain {
  config::Url url;
  static constexpr auto fields() {
    return std::tuple{config::field("url", &Plain::url, "Where events go.").required()};
  }
};

TEST(BaseUrl, of_an_exit_that_joins_nothing_may_have_a_query) {
  const ExitDescriptor plain = http_exit(HttpExit<Plain>{
      .name = "plain",
      .encode = [](const Plain& c, std::span<const OutgoingEvent>) -> Result<ExitRequest> {
        return ExitRequest{.url = sensitive_url(c.url)};
      }});
  const Configured one(plain, "url: https://example.com/events?a=1");
  EXPECT_TRUE(one.portal) << one.problems();
}

constexpr const char* kEvent = R"({"message":"m","timestamp":"2026-01-31T12:00:00Z"})";

struct SendTest : testing::Test, TestSeams {
  ~SendTest() override { client.cancel_all(); }
  void connect(std::string_view name, std::string_view yaml) {
    configured_.emplace(name, yaml);
    ASSERT_TRUE(configured_->portal) << configured_->problems();
    sender_ = configured_->portal->connect(seams());
    auto request = configured_->portal->encode(Outgoing(kEvent).all());
    ASSERT_TRUE(request.ok()) << request.error().text;
    request_ = *std::move(request);
  }
  void send() {
    sender_->send(request_, {.id = "7f3a-1", .now_ns = clock.wall_ns()},
                  [this](ExitAnswer answer) { answers_.push_back(std::move(answer)); });
  }
  std::optional<Configured> configured_;
  std::unique_ptr<ExitSender> sender_;
  ExitRequest request_;
  std::vector<ExitAnswer> answers_;
};

TEST_F(SendTest, webhook_signs_every_attempt_with_its_time_and_every_key) {
  connect("webhook", "{url: https://a.example, signing_secret: [whsec_AQID, whsec_BAUG]}");
  for (std::size_t attempt = 0; attempt < 2; ++attempt) {
    send();
    EXPECT_EQ(client.header(attempt, "webhook-id"), "7f3a-1");
    for (const char* key : {"whsec_AQID", "whsec_BAUG"})
      EXPECT_TRUE(verify_webhook(Secret(std::string(key)), client.requests[attempt].headers,
                                 client.requests[attempt].body, clock.wall_ns()));
    clock.advance_ns(3600 * kNsPerSec);
  }
}

TEST_F(SendTest, webhook_without_a_text_for_its_key_sends_nothing) {
  connect("webhook", "{url: https://a.example, signing_secret: {env: TT_TEST_NO_SUCH_VARIABLE}}");
  send();
  EXPECT_TRUE(client.requests.empty());
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].is_misconfigured);
}

TEST_F(SendTest, webhook_names_the_event_without_a_key_too) {
  connect("webhook", "url: https://a.example");
  send();
  EXPECT_EQ(client.header(0, "webhook-id"), "7f3a-1");
  EXPECT_EQ(client.header(0, "webhook-signature"), "");
}

TEST_F(SendTest, jenkins_fetches_a_crumb_for_a_password_and_keeps_the_cookie) {
  connect("jenkins", "{url: https://ci.example.com/j/, job: a, user: bot, password: pass}");
  send();
  ASSERT_EQ(client.requests.size(), 1u);
  EXPECT_EQ(client.requests[0].method, "GET");
  EXPECT_EQ(client.requests[0].url, "https://ci.example.com/j/crumbIssuer/api/json");
  client.answer_last({.status = 200,
                      .headers = {{"Set-Cookie", "JSESSIONID=node0x; Path=/; HttpOnly"}},
                      .body = R"({"crumb":"c0ffee","crumbRequestField":"Jenkins-Crumb"})"});
  ASSERT_EQ(client.requests.size(), 2u);
  EXPECT_EQ(client.requests[1].url, "https://ci.example.com/j/job/a/build");
  EXPECT_EQ(client.header(1, "Jenkins-Crumb"), "c0ffee");
  EXPECT_EQ(client.header(1, "Cookie"), "JSESSIONID=node0x");
  EXPECT_EQ(client.header(1, "Authorization"), "Basic " + base64("bot:pass"));
  client.answer_last({.status = 201});
  EXPECT_EQ(answers_.at(0).status, 201);
}

TEST_F(SendTest, jenkins_without_csrf_protection_needs_no_crumb) {
  connect("jenkins", "{url: https://ci.example.com, job: a, user: bot, password: pass}");
  send();
  client.answer_last({.status = 404});
  ASSERT_EQ(client.requests.size(), 2u);
  EXPECT_EQ(client.header(1, "Jenkins-Crumb"), "");
}

TEST_F(SendTest, jenkins_with_an_api_token_asks_for_no_crumb) {
  connect("jenkins", "{url: https://ci.example.com, job: a, user: bot, token: t0ken}");
  send();
  ASSERT_EQ(client.requests.size(), 1u);
  EXPECT_EQ(client.requests[0].method, "POST");
}

TEST_F(SendTest, jenkins_that_answers_with_a_web_page_is_misconfigured) {
  connect("jenkins", "{url: https://ci.example.com, job: a, user: bot, password: pass}");
  send();
  client.answer_last({.status = 200, .body = "<html>"});
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].is_misconfigured);
  send();
  client.answer_last({.status = 503});
  EXPECT_FALSE(answers_.at(1).is_misconfigured);
}

TEST_F(SendTest, options_that_contradict_each_other_are_refused) {
  for (const char* yaml : {"{url: https://a, job: b, token: t0ken}",
                           "{url: https://a, job: b, user: u, token: t0ken, password: pass}"})
    EXPECT_FALSE(Configured("jenkins", yaml).portal) << yaml;
  for (const char* yaml :
       {"{url: 'https://a/{{ event.host }}', format: array}",
        "{url: https://a, headers: {Content-Length: '5'}}",
        "{url: https://a, headers: {'bad name': x}}", "{url: https://a, in_flight: 4}",
        "{url: https://a, start: never}", "{url: https://a, retry: {base: 10m, cap: 1m}}",
        "{url: https://a, auth: {bearer: aaaa, basic: {user: a, password: bbbb}}}",
        "{url: https://a, nonsense: 1}"})
    EXPECT_FALSE(Configured("webhook", yaml).portal) << yaml;
}

TEST_F(SendTest, common_options_are_read) {
  const Configured full("webhook", R"(
type: webhook
url: https://a.example
order: none
in_flight: 4
batch: {events: 7, bytes: 64KiB, wait: 2s}
timeout: 3s
retry: {base: 2s, cap: 1m, max_age: 1h}
expire: 5m
rate: 30/m
auth: {basic: {user: u, password: pass-word}}
tls: {insecure: true}
proxy: http://proxy.example:3128
start: 2h
was: old
max_lag: {age: 1d, bytes: 1GiB}
when_full: block
allow_networks: [169.254.169.254/32]
set: {severity: info}
unset: ["raw.*"]
)");
  ASSERT_TRUE(full.portal) << full.problems();
  const ExitCommon& c = full.portal->common();
  EXPECT_EQ(c.order, Order::kNone);
  EXPECT_EQ(c.in_flight, 4);
  EXPECT_EQ(c.batch.events, 7);
  EXPECT_EQ(c.batch.bytes, 64u << 10);
  EXPECT_EQ(c.batch.wait_ns, 2 * kNsPerSec);
  EXPECT_EQ(c.timeout_ns, 3 * kNsPerSec);
  EXPECT_EQ(c.retry.cap_ns, 60 * kNsPerSec);
  EXPECT_EQ(c.expire_ns, 300 * kNsPerSec);
  EXPECT_DOUBLE_EQ(*c.rate_per_sec, 0.5);
  EXPECT_EQ(c.auth->basic->user, "u");
  EXPECT_TRUE(c.tls.insecure);
  EXPECT_EQ(c.start, "2h");
  EXPECT_EQ(c.was, "old");
  EXPECT_EQ(c.max_lag.bytes, 1ull << 30);
  EXPECT_EQ(c.when_full, WhenFull::kBlock);
  EXPECT_EQ(c.allow_networks, std::vector<std::string>{"169.254.169.254/32"});
  const Configured plain("webhook", "{url: https://a.example, auth: none}");
  ASSERT_TRUE(plain.portal) << plain.problems();
  EXPECT_EQ(plain.portal->common().in_flight, 1);
  EXPECT_FALSE(plain.portal->common().auth);
}

}  // namespace
}  // namespace tt::portals::test
