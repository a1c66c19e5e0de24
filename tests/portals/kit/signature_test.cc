// Tests of portals/kit/signature.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/signature.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

constexpr std::string_view kVectors = TT_SHARED_DIR "/data/09-standard-webhooks/open/";

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(StandardWebhooks, verdicts_are_those_of_the_reference_library) {
  const std::string text = read_text(std::string(kVectors) + "vectors.json");
  if (text.empty()) GTEST_SKIP() << "shared test vectors are not here";
  const auto vectors = parse_json(text);
  ASSERT_TRUE(vectors);
  int checked = 0;
  for (const boost::json::value& one : *list_at(*vectors, "")) {
    net::Headers headers;
    for (const auto& [name, value] : *map_at(one, "headers"))
      headers.emplace_back(std::string(name), std::string(text_at(value, "")));
    const Secret secret{std::string(text_at(one, "secret"))};
    EXPECT_EQ(verify_webhook(secret, headers, text_at(one, "body"), int_at(one, "now") * kNsPerSec),
              bool_at(one, "accept"))
        << text_at(one, "name");
    ++checked;
  }
  EXPECT_GT(checked, 15);
}

TEST(StandardWebhooks, signs_as_the_published_vector) {
  const auto vector = parse_json(read_text(std::string(kVectors) + "fixed-vector.json"));
  if (!vector) GTEST_SKIP() << "shared test vectors are not here";
  EXPECT_EQ(sign_webhook(Secret(std::string(text_at(*vector, "secret"))), text_at(*vector, "id"),
                         int_at(*vector, "timestamp"), text_at(*vector, "body")),
            text_at(*vector, "webhook-signature"));
}

TEST(StandardWebhooks, what_we_sign_we_accept_until_five_minutes_have_passed) {
  const Secret secret{std::string("whsec_bmV2ZXIgcmV1c2UgdGhpcyBrZXk=")};
  const net::Headers headers{
      {"Webhook-Id", "7f-1"},
      {"Webhook-Timestamp", "1700000000"},
      {"Webhook-Signature", sign_webhook(secret, "7f-1", 1'700'000'000, "x")}};
  EXPECT_TRUE(verify_webhook(secret, headers, "x", 1'700'000'300 * kNsPerSec));
  EXPECT_FALSE(verify_webhook(secret, headers, "x", 1'700'000'301 * kNsPerSec));
  EXPECT_FALSE(verify_webhook(secret, headers, "y", 1'700'000'000 * kNsPerSec));
  EXPECT_FALSE(verify_webhook(Secret(), headers, "x", 1'700'000'000 * kNsPerSec));
}

TEST(StandardWebhooks, rotation_signs_with_every_key_and_accepts_any) {
  const Secret both =
      Secret::from({{SecretSource::Kind::kLiteral, ""}, {SecretSource::Kind::kLiteral, ""}},
                   {"whsec_bmV3", "whsec_b2xk"});
  const std::string signatures = sign_webhook(both, "a", 5, "b");
  EXPECT_EQ(std::count(signatures.begin(), signatures.end(), ' '), 1);
  for (const char* alone : {"whsec_bmV3", "whsec_b2xk"})
    EXPECT_TRUE(verify_webhook(
        Secret(std::string(alone)),
        {{"webhook-id", "a"}, {"webhook-timestamp", "5"}, {"webhook-signature", signatures}}, "b",
        5 * kNsPerSec));
}

TEST(StandardWebhooks, key_without_prefix_or_base64_is_taken_as_it_is) {
  EXPECT_EQ(webhook_key("whsec_AQID"), "\x01\x02\x03");
  EXPECT_EQ(webhook_key("not base64!"), "not base64!");
}

// Example of GitHub's page "Validating webhook deliveries".
TEST(HubSignature, fits_the_published_example) {
  const Secret secret{std::string("It's a Secret to Everybody")};
  const std::string good =
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  EXPECT_TRUE(verify_hub_signature(secret, good, "Hello, World!"));
  EXPECT_FALSE(verify_hub_signature(secret, good, "Hello, World?"));
  EXPECT_FALSE(verify_hub_signature(secret, good.substr(7), "Hello, World!"));
  EXPECT_FALSE(verify_hub_signature(secret, "", "Hello, World!"));
  EXPECT_FALSE(verify_hub_signature(secret, "sha256=", "Hello, World!"));
}

TEST(HmacScheme, signs_time_and_body_where_asked) {
  const Secret secret{std::string("k")};
  HmacScheme scheme;
  scheme.header = "x-signature";
  scheme.prefix = "v0=";
  scheme.content = "v0:{timestamp}:{body}";
  scheme.timestamp_header = "x-time";
  const std::string digest = hex(as_text(hmac_sha256("k", "v0:100:{id}")));
  const net::Headers headers{{"X-Signature", "v1=00, v0=" + digest}, {"X-Time", "100"}};
  EXPECT_TRUE(verify_hmac(scheme, secret, headers, "{id}", 100 * kNsPerSec));
  EXPECT_FALSE(verify_hmac(scheme, secret, headers, "{id}", 500 * kNsPerSec));
  scheme.algorithm = "md5";
  EXPECT_FALSE(verify_hmac(scheme, secret, headers, "{id}", 100 * kNsPerSec));
}

TEST(HmacScheme, a_prefix_may_end_with_a_space) {
  const Secret secret{std::string("k")};
  HmacScheme scheme;
  scheme.header = "authorization";
  scheme.prefix = "HMAC ";
  const std::string digest = hex(as_text(hmac_sha256("k", "body")));
  EXPECT_TRUE(verify_hmac(scheme, secret, {{"Authorization", "HMAC " + digest}}, "body", 0));
  EXPECT_FALSE(verify_hmac(scheme, secret, {{"Authorization", digest}}, "body", 0));
  EXPECT_FALSE(verify_hmac(scheme, secret, {{"Authorization", "HMAC " + digest}}, "other", 0));
}

TEST(HmacScheme, reads_base64_and_other_algorithms) {
  const Secret secret{std::string("k")};
  HmacScheme scheme;
  scheme.header = "x-signature";
  scheme.algorithm = "sha1";
  scheme.encoding = HmacScheme::Encoding::kBase64;
  EXPECT_TRUE(
      verify_hmac(scheme, secret, {{"x-signature", base64(hmac("sha1", "k", "body"))}}, "body", 0));
  EXPECT_FALSE(verify_hmac(scheme, secret, {{"x-signature", "AAAA"}}, "body", 0));
}

}  // namespace
}  // namespace tt::portals
