// Tests of portals/entry/github: who may send.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/github_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kSecret[] = "secret: sesame\n";
constexpr char kSecretRotation[] = "secret: [sesame, open]\n";

std::string digest(std::string_view secret, std::string_view text) {
  return hex(as_text(hmac_sha256(secret, text)));
}

Sent github_signed(std::string_view secret, std::string body = "{}") {
  const std::string signature = "sha256=" + digest(secret, body);
  return {std::move(body), {{"X-Hub-Signature-256", signature}}};
}

bool github_accepts(std::string_view options, const Sent& sent) {
  const ConfiguredEntry github("github", options);
  return github->verify(sent.request());
}

// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the
// webhook payload validation".
TEST(GithubVerify, the_example_of_its_own_page_is_accepted) {
  const Sent sent{"Hello, World!",
                  {{"X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}};
  EXPECT_TRUE(github_accepts("secret: \"It's a Secret to Everybody\"\n", sent));
  EXPECT_FALSE(github_accepts("secret: \"It's a Secret to everybody\"\n", sent));
}

TEST(GithubVerify, a_signature_must_fit_the_body_and_any_secret_of_a_rotation) {
  EXPECT_TRUE(github_accepts(kSecret, github_signed("sesame")));
  EXPECT_TRUE(github_accepts(kSecretRotation, github_signed("sesame")));
  EXPECT_TRUE(github_accepts(kSecretRotation, github_signed("open")));
  EXPECT_FALSE(github_accepts(kSecretRotation, github_signed("close")));
  Sent changed = github_signed("sesame");
  changed.body += " ";
  EXPECT_FALSE(github_accepts(kSecret, changed));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {}}));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {{"X-Hub-Signature-256", "sha256="}}}));
  EXPECT_FALSE(github_accepts(kSecret, {"{}", {{"X-Hub-Signature-256", digest("sesame", "{}")}}}));
}

TEST(GithubVerify, gitea_and_its_kin_sign_without_a_prefix) {
  for (const char* header : {"X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"}) {
    EXPECT_TRUE(github_accepts(kSecret, {"{}", {{header, digest("sesame", "{}")}}})) << header;
    EXPECT_FALSE(github_accepts(kSecret, {"{}", {{header, digest("other", "{}")}}})) << header;
    EXPECT_FALSE(github_accepts(kSecret, {"{}", {{header, ""}}})) << header;
  }
}

TEST(GithubVerify, of_a_form_github_signs_the_body_and_gitea_the_json_within) {
  const std::string json = R"({"zen":"a b"})", form = "payload=" + percent_encode(json);
  Sent github = github_signed("sesame", form);
  github.headers.emplace_back("Content-Type", kFormBody);
  EXPECT_TRUE(github_accepts(kSecret, github));
  Sent gitea{form, {{"Content-Type", kFormBody}, {"X-Gitea-Signature", digest("sesame", json)}}};
  EXPECT_TRUE(github_accepts(kSecret, gitea));
  // What is signed is what is read: a second payload changes nothing.
  gitea.body = "payload=%7B%7D&" + form;
  EXPECT_FALSE(github_accepts(kSecret, gitea));
  gitea.body = form + "&payload=%7B%7D";
  EXPECT_TRUE(github_accepts(kSecret, gitea));
  EXPECT_EQ(OneEvent(*ConfiguredEntry("github", kSecret).portal, gitea)["raw.zen"], "a b");
}

TEST(GithubVerify, without_a_secret_anyone_may_send_and_the_portal_says_so) {
  const ConfiguredEntry open("github", ""), guarded("github", kSecret);
  EXPECT_TRUE(open->verify(Sent{"{}", {}}.request()));
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(guarded->has_verifier());
}

TEST(GithubVerify, a_secret_that_is_not_there_lets_nobody_in) {
  EXPECT_FALSE(github_accepts("secret: {env: TT_TEST_NOT_SET}\n", github_signed("")));
}

}  // namespace
}  // namespace tt::portals::test
