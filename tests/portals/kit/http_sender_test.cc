// Tests of portals/kit/http_sender.h: what is added to a request, sessions, masking, shutdown.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/http_sender.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"
#include "portals/kit/exit.h"
#include "portals/kit/held_client.h"

namespace tt::portals {
namespace {

class HttpSenderTest : public testing::Test {
 protected:
  ~HttpSenderTest() override { client_.cancel_all(); }
  void connect() {
    sender_ = make_http_sender(common_, hooks_,
                               {clock_, disk_, client_, {}, [](std::function<void()> f) { f(); }});
  }
  void use_sessions() {
    hooks_.session_request = [] { return ExitRequest{.method = "GET", .url = "http://a/crumb"}; };
    hooks_.session_parse = [](const ExitAnswer& answer) -> Result<Session> {
      if (answer.status != 200) return misconfigured("no crumb");
      return Session{.headers = {{"Crumb", answer.body}}, .lifetime_ns = 60 * kNsPerSec};
    };
    connect();
  }
  void send(AttemptFacts facts = {}) {
    sender_->send(request_, facts, [this](ExitAnswer answer) { answers_.push_back(answer); });
  }

  ManualClock clock_;
  MemoryDisk disk_;
  test::HeldClient client_;
  ExitCommon common_;
  SenderHooks hooks_;
  ExitRequest request_{.url = "http://a/b", .body = "body"};
  std::unique_ptr<ExitSender> sender_;
  std::vector<ExitAnswer> answers_;
};

TEST_F(HttpSenderTest, common_options_shape_the_request) {
  common_.timeout_ns = 7 * kNsPerSec;
  common_.auth = Auth{.basic = Auth::Basic{"bot", Secret(std::string("pass"))}};
  common_.allow_networks = {"169.254.0.0/16"};
  common_.tls.ca = "/ca.pem";
  common_.proxy = config::Url(std::string("http://proxy:3128"));
  connect();
  send({.replay = 3});
  ASSERT_EQ(client_.requests.size(), 1u);
  const net::ClientRequest& sent = client_.requests[0];
  EXPECT_EQ(sent.url, "http://a/b");
  EXPECT_EQ(sent.timeout_ms, 7000);
  EXPECT_EQ(client_.header(0, "Authorization"), "Basic Ym90OnBhc3M=");
  EXPECT_EQ(client_.header(0, "TT-Replay"), "3");
  EXPECT_EQ(sent.addresses->allow_networks, common_.allow_networks);
  EXPECT_EQ(sent.tls->ca, "/ca.pem");
  EXPECT_EQ(sent.proxy, "http://proxy:3128");
}

TEST_F(HttpSenderTest, a_portals_own_authorization_wins) {
  common_.auth = Auth{.bearer = Secret(std::string("common"))};
  request_.headers.emplace_back("authorization", "own");
  connect();
  send();
  EXPECT_EQ(client_.header(0, "Authorization"), "own");
  EXPECT_EQ(client_.requests[0].headers.size(), 2u) << "and User-Agent";
}

TEST_F(HttpSenderTest, headers_come_in_order_and_the_portals_own_first) {
  common_.auth = Auth{.bearer = Secret(std::string("token"))};
  request_.headers = {{"X-Own", "1"}, {"X-Key", SensitiveText(Secret(std::string("key")))}};
  hooks_.sign = [](const ExitRequest&, const AttemptFacts& facts) {
    return SensitiveFields{{"webhook-id", facts.id}};
  };
  connect();
  send({.id = "e1", .replay = 2});
  const net::Headers expected{{"X-Own", "1"},
                              {"X-Key", "key"},
                              {"Authorization", "Bearer token"},
                              {"User-Agent", "time-tunnel"},
                              {"webhook-id", "e1"},
                              {"TT-Replay", "2"}};
  EXPECT_EQ(client_.requests.at(0).headers, expected);
}

TEST_F(HttpSenderTest, signs_at_each_attempt) {
  hooks_.sign = [](const ExitRequest& request, const AttemptFacts& facts) {
    return SensitiveFields{
        {"sig", SensitiveText().append_secret(request.body + std::to_string(facts.now_ns))}};
  };
  connect();
  send({.now_ns = 1});
  send({.now_ns = 2});
  EXPECT_EQ(client_.header(0, "sig"), "body1");
  EXPECT_EQ(client_.header(1, "sig"), "body2");
}

TEST_F(HttpSenderTest, a_secret_without_text_sends_nothing_and_is_misconfigured) {
  common_.auth =
      Auth{.bearer = Secret::from({{SecretSource::Kind::kEnv, "TT_TEST_NO_SUCH_VARIABLE"}}, {})};
  connect();
  send();
  EXPECT_TRUE(client_.requests.empty());
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].is_misconfigured);
  EXPECT_NE(answers_[0].error.find("TT_TEST_NO_SUCH_VARIABLE"), std::string::npos);
}

TEST_F(HttpSenderTest, secrets_that_come_back_are_masked) {
  common_.auth = Auth{.bearer = Secret(std::string("canary-token"))};
  request_.url.append("?key=").append_secret("canary-key");
  connect();
  send();
  client_.answer_last({.status = 400, .body = "bad canary-token and canary-key"});
  EXPECT_EQ(answers_[0].body, "bad *** and ***");
  send();
  client_.answer_last({.error = "cannot reach http://a/b?key=canary-key"});
  EXPECT_EQ(answers_[1].error.find("canary"), std::string::npos);
}

TEST_F(HttpSenderTest, parts_of_a_secret_address_that_come_back_are_masked) {
  connect();
  request_.url =
      SensitiveText(Secret(std::string("https://h.example/services/T0/canary?sig=c4n4ry")));
  send();
  client_.answer_last({.status = 404,
                       .body = "Cannot POST /services/T0/canary?sig=c4n4ry; /services/T0/canary "
                               "is gone; bad sig c4n4ry; https://h.example/services/T0/canary"});
  EXPECT_EQ(answers_.at(0).body, "Cannot POST ***; *** is gone; bad sig ***; https://h.example***");

  request_.url = SensitiveText().append_as("http://u:can%2Fary@h/shop?api_key=c4n4ry",
                                           redact_urls("http://u:can%2Fary@h/shop?api_key=c4n4ry"));
  send();
  client_.answer_last({.status = 400, .body = "/shop: no can/ary, no c4n4ry"});
  EXPECT_EQ(answers_.at(1).body, "/shop: no ***, no ***") << "what is shown anyway stays";
}

TEST_F(HttpSenderTest, a_secret_in_the_body_is_sent_and_shown_nowhere) {
  connect();
  request_.set_body(
      SensitiveText("{\"key\":\"").append_json(Secret(std::string("a\"b-123"))).append("\"}"));
  EXPECT_EQ(request_.body, R"({"key":"***"})");
  send();
  EXPECT_EQ(client_.requests.at(0).body, R"({"key":"a\"b-123"})");
  client_.answer_last({.status = 400, .body = R"(no a\"b-123, no a"b-123)"});
  EXPECT_EQ(answers_.at(0).body, "no ***, no ***");
}

TEST_F(HttpSenderTest, a_body_whose_secret_has_no_text_is_not_sent) {
  connect();
  request_.set_body(
      SensitiveText().append(Secret::from({{SecretSource::Kind::kEnv, "TT_TEST_NO_SUCH"}}, {})));
  send();
  EXPECT_TRUE(client_.requests.empty());
  EXPECT_TRUE(answers_.at(0).is_misconfigured);
}

TEST_F(HttpSenderTest, one_session_serves_all_requests_until_it_ends) {
  use_sessions();
  send();
  send();
  ASSERT_EQ(client_.requests.size(), 1u);
  EXPECT_EQ(client_.requests[0].url, "http://a/crumb");
  client_.answer_last({.status = 200, .body = "c1"});
  ASSERT_EQ(client_.requests.size(), 3u);
  EXPECT_EQ(client_.header(1, "Crumb"), "c1");
  EXPECT_EQ(client_.header(2, "Crumb"), "c1");
  clock_.advance_ns(59 * kNsPerSec);
  send();
  EXPECT_EQ(client_.requests[3].url, "http://a/b");
  clock_.advance_ns(2 * kNsPerSec);
  send();
  EXPECT_EQ(client_.requests[4].url, "http://a/crumb");
}

TEST_F(HttpSenderTest, a_refused_session_is_renewed_once) {
  use_sessions();
  send();
  client_.answer_last({.status = 200, .body = "old"});
  client_.answer_last({.status = 403});
  ASSERT_EQ(client_.requests.size(), 3u);
  EXPECT_EQ(client_.requests[2].url, "http://a/crumb");
  client_.answer_last({.status = 200, .body = "new"});
  EXPECT_EQ(client_.header(3, "Crumb"), "new");
  EXPECT_TRUE(answers_.empty());
  client_.answer_last({.status = 403});
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].status, 403);
  EXPECT_EQ(client_.requests.size(), 4u);
}

TEST_F(HttpSenderTest, a_session_that_cannot_be_had_fails_every_waiting_request) {
  use_sessions();
  send();
  send();
  client_.answer_last({.status = 401});
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_TRUE(answers_[0].is_misconfigured);
  EXPECT_EQ(answers_[1].error, "session: no crumb");
  send();
  client_.answer_last({.error = "timed out"});
  EXPECT_EQ(answers_[2].error, "session: timed out");
  EXPECT_FALSE(answers_[2].is_misconfigured);
}

TEST_F(HttpSenderTest, no_session_is_needed_where_there_is_nothing_to_ask) {
  hooks_.session_request = []() -> std::optional<ExitRequest> { return std::nullopt; };
  hooks_.session_parse = [](const ExitAnswer&) -> Result<Session> { return Session{}; };
  connect();
  send();
  send();
  EXPECT_EQ(client_.requests.size(), 2u);
  client_.answer_last({.status = 403});
  EXPECT_EQ(client_.requests.size(), 2u);
  EXPECT_EQ(answers_.at(0).status, 403);
}

TEST_F(HttpSenderTest, requests_in_flight_are_answered_after_the_sender_is_gone) {
  use_sessions();
  send();
  sender_.reset();
  client_.answer_last({.status = 200, .body = "c1"});
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].error, "cancelled");
  EXPECT_EQ(client_.requests.size(), 1u);
}

TEST(SensitiveText, shows_stars_and_reveals_the_secret) {
  const Secret token{std::string("t&k")};
  SensitiveText text("https://a/?token=");
  text.append_encoded(token).append("&x=1");
  EXPECT_EQ(text.reveal(), "https://a/?token=t%26k&x=1");
  EXPECT_EQ(text.masked(), "https://a/?token=***&x=1");
  EXPECT_EQ(SensitiveText("Basic ").append_basic("u", token).masked(), "Basic ***");
  EXPECT_EQ(SensitiveText().append_base(Secret(std::string("http://h/x//"))).append("/y").reveal(),
            "http://h/x/y");
}

TEST(SensitiveText, is_plain_until_the_first_secret) {
  SensitiveText text("a");
  text.append("b").append(SensitiveText("c"));
  EXPECT_TRUE(text.is_plain());
  EXPECT_TRUE(text.secrets().empty());
  EXPECT_EQ(text.reveal(), "abc");
  const SensitiveText secret = SensitiveText().append_secret("s1").append("+");
  text.append(secret).append("d").append_secret("s2").append("e");
  EXPECT_FALSE(text.is_plain());
  EXPECT_EQ(text.reveal(), "abcs1+ds2e");
  EXPECT_EQ(text.masked(), "abc***+d***e");
  EXPECT_EQ(text.secrets(), (std::vector<std::string>{"s1", "s2"}));
}

TEST(SensitiveText, is_empty_without_any_part) {
  EXPECT_TRUE(SensitiveText().empty());
  EXPECT_TRUE(SensitiveText("").append(SensitiveText()).empty());
  EXPECT_FALSE(SensitiveText("a").empty());
  EXPECT_FALSE(SensitiveText().append_as("hidden", "").empty());
}

}  // namespace
}  // namespace tt::portals
