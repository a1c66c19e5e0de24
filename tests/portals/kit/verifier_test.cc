// Tests of portals/kit/verifier.h: what each service signs is accepted, and nothing beside it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/verifier.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace tt::portals {
namespace {

constexpr std::int64_t kSeconds = 1'531'420'618;
constexpr WallNs kSignedAt = kSeconds * kNsPerSec;

std::string signature(std::string_view key, const std::string& content) {
  return hex(hmac("sha256", key, content));
}

struct SignedCase {
  VerifyScheme scheme;
  std::string secret, body;
  net::Headers headers;
  bool has_time = false;
  std::string timestamp_header = {};
};

class VerifierTest : public testing::TestWithParam<SignedCase> {
 protected:
  static Verifier verifier() {
    Verifier made{.scheme = GetParam().scheme, .secret = Secret(GetParam().secret)};
    made.timestamp_header = GetParam().timestamp_header;
    return made;
  }
};

TEST_P(VerifierTest, what_the_service_sends_is_accepted) {
  const Verifier v = verifier();
  EXPECT_TRUE(Verifier::check(v).ok());
  EXPECT_TRUE(v.accepts(GetParam().headers, GetParam().body, kSignedAt));
}

TEST_P(VerifierTest, another_body_or_key_or_no_header_is_refused) {
  Verifier v = verifier();
  if (GetParam().scheme != VerifyScheme::kGitlab) {
    EXPECT_FALSE(v.accepts(GetParam().headers, GetParam().body + " ", kSignedAt));
  }
  EXPECT_FALSE(v.accepts({}, GetParam().body, kSignedAt));
  v.secret = Secret("another");
  EXPECT_FALSE(v.accepts(GetParam().headers, GetParam().body, kSignedAt));
}

TEST_P(VerifierTest, what_is_signed_with_a_time_cannot_be_sent_again_later) {
  const Verifier v = verifier();
  constexpr WallNs kLater = kSignedAt + kSignatureToleranceNs + kNsPerSec;
  EXPECT_EQ(v.accepts(GetParam().headers, GetParam().body, kLater), !GetParam().has_time);
}

TEST_P(VerifierTest, a_changed_secret_is_accepted_beside_the_new_one) {
  Verifier v = verifier();
  v.secret = Secret::from({{SecretSource::Kind::kLiteral, ""}, {SecretSource::Kind::kLiteral, ""}},
                          {"newer", GetParam().secret});
  EXPECT_TRUE(v.accepts(GetParam().headers, GetParam().body, kSignedAt));
}

const std::string kTime = std::to_string(kSeconds);
// The vectors of GitHub's and Slack's pages.
const std::string kSlackBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

INSTANTIATE_TEST_SUITE_P(
    Schemes, VerifierTest,
    testing::Values(
        SignedCase{VerifyScheme::kGithub,
                   "It's a Secret to Everybody",
                   "Hello, World!",
                   {{"X-Hub-Signature-256",
                     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}},
        SignedCase{VerifyScheme::kSlack,
                   "8f742231b10e8888abcd99yyyzzz85a5",
                   kSlackBody,
                   {{"X-Slack-Request-Timestamp", kTime},
                    {"X-Slack-Signature",
                     "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"}},
                   true},
        SignedCase{VerifyScheme::kGitlab, "token", "{}", {{"X-Gitlab-Token", "token"}}},
        SignedCase{VerifyScheme::kGrafana,
                   "key",
                   "{}",
                   {{"X-Grafana-Alerting-Signature", signature("key", "{}")}}},
        SignedCase{VerifyScheme::kGrafana,
                   "key",
                   "{}",
                   {{"X-Grafana-Alerting-Signature", signature("key", kTime + ":{}")},
                    {"X-Grafana-Alerting-Timestamp", kTime}},
                   true,
                   "X-Grafana-Alerting-Timestamp"},
        SignedCase{VerifyScheme::kPagerduty,
                   "key",
                   "{}",
                   {{"X-PagerDuty-Signature",
                     "v1=" + signature("old", "{}") + ",v1=" + signature("key", "{}")}}},
        SignedCase{VerifyScheme::kSentry,
                   "key",
                   "{}",
                   {{"Sentry-Hook-Signature", signature("key", "{}")}}},
        SignedCase{VerifyScheme::kStripe,
                   "key",
                   "{}",
                   {{"Stripe-Signature", "t=" + kTime + ",v1=" + signature("key", kTime + ".{}") +
                                             ",v0=" + signature("other", "{}")}},
                   true}),
    [](const auto& info) {
      return std::to_string(info.index) + "_" + std::to_string(static_cast<int>(info.param.scheme));
    });

TEST(Verifier, a_time_that_the_signature_does_not_cover_is_not_believed) {
  const Verifier v{.scheme = VerifyScheme::kStripe, .secret = Secret("key")};
  const std::string old = std::to_string(kSeconds - 100'000);
  EXPECT_FALSE(v.accepts(
      {{"Stripe-Signature", "t=" + kTime + ",t=" + old + ",v1=" + signature("key", old + ".{}")}},
      "{}", kSignedAt));
  EXPECT_FALSE(v.accepts({{"Stripe-Signature", "v1=" + signature("key", ".{}")}}, "{}", kSignedAt));
}

TEST(Verifier, options_that_contradict_each_other_are_refused_with_the_way_out) {
  const auto problem = [](const Verifier& v) {
    const Status status = Verifier::check(v);
    return status.ok() ? std::string() : status.error().text;
  };
  EXPECT_NE(problem({.secret = Secret("s")}).find("needs a `scheme`"), std::string::npos);
  EXPECT_NE(problem({.scheme = VerifyScheme::kGithub}).find("needs a `secret`"), std::string::npos);
  EXPECT_NE(problem({.scheme = VerifyScheme::kHmac, .secret = Secret("s")}).find("`header`"),
            std::string::npos);
  EXPECT_NE(problem({.scheme = VerifyScheme::kSlack, .secret = Secret("s"), .header = "X-S"})
                .find("`scheme: hmac`"),
            std::string::npos);
  EXPECT_NE(
      problem({.scheme = VerifyScheme::kSlack, .secret = Secret("s"), .timestamp_header = "X-T"})
          .find("grafana"),
      std::string::npos);
  EXPECT_EQ(problem({}), "");
}

}  // namespace
}  // namespace tt::portals
