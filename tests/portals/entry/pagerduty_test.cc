// Tests of portals/entry/pagerduty: who may send, by a routing key or a signature.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/pagerduty_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kKeys[] = "routing_keys: [key-one, key-two]\n";

TEST(PagerdutyKeys, an_unknown_routing_key_is_refused_as_pagerduty_does) {
  const ConfiguredEntry portal("pagerduty", kKeys);
  EXPECT_FALSE(post_pagerduty(portal, kPagerdutyEnqueue, kPagerdutyTrigger).refusal);
  EXPECT_FALSE(post_pagerduty(portal, kPagerdutyEnqueue,
                              R"({"dedup_key":"d","event_action":"resolve"})",
                              {{"X-Routing-Key", "key-two"}})
                   .refusal);
  for (const char* body :
       {R"({"routing_key":"key-three","dedup_key":"d","event_action":"resolve"})",
        R"({"routing_key":"","dedup_key":"d","event_action":"resolve"})",
        R"({"routing_key":["key-one"],"dedup_key":"d","event_action":"resolve"})",
        R"({"dedup_key":"d","event_action":"resolve"})", "{}"}) {
    const PagerdutyOutcome outcome = post_pagerduty(portal, kPagerdutyEnqueue, body);
    EXPECT_TRUE(outcome.events.events.empty());
    EXPECT_EQ(outcome.answer(), R"(400 {"status":"invalid event","message":"Invalid routing key",)"
                                R"("errors":["'routing_key' is not one that is known here"]})")
        << body;
  }
}

TEST(PagerdutyKeys, with_keys_nothing_unproven_comes_in_by_the_own_path) {
  const ConfiguredEntry guarded("pagerduty", kKeys), open("pagerduty", "");
  const auto verified = [](const ConfiguredEntry& portal, std::string_view body,
                           std::string_view path = "") {
    return portal->verify({.path = path, .body = body, .now_ns = kArrival});
  };
  constexpr char kHook[] = R"({"event":{"event_type":"incident.triggered"}})";
  EXPECT_TRUE(guarded->has_verifier());
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(verified(guarded, kPagerdutyTrigger));
  EXPECT_FALSE(verified(guarded, kHook));
  EXPECT_FALSE(verified(guarded, R"({"event_action":"trigger","routing_key":"no"})"));
  EXPECT_FALSE(verified(guarded, R"({"routing_key":""})"));
  EXPECT_FALSE(verified(guarded, "no json"));
  EXPECT_TRUE(verified(guarded, "{}", kPagerdutyEnqueue)) << "decode() answers 400 there";
  EXPECT_TRUE(verified(open, kHook));
}

TEST(PagerdutyVerify, webhooks_prove_themselves_by_their_signature) {
  const ConfiguredEntry portal("pagerduty", "verify: {scheme: pagerduty, secret: sesame}\n");
  const std::string body = R"({"event":{"event_type":"incident.triggered"}})";
  const std::string good = "v1=" + hex(as_text(hmac_sha256("sesame", body)));
  const auto accepts = [&](std::string signature) {
    return portal->verify(Sent{body, {{"X-PagerDuty-Signature", std::move(signature)}}}.request());
  };
  EXPECT_TRUE(accepts(good));
  EXPECT_TRUE(accepts("v1=" + std::string(64, '0') + "," + good));
  EXPECT_FALSE(accepts("v1=" + std::string(64, '0')));
  EXPECT_FALSE(accepts(""));
}

}  // namespace
}  // namespace tt::portals::test
