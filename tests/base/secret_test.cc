// Tests of secrets: where they come from, rotation, and that they stay out of texts.
// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <type_traits>

#include "base/disk.h"
#include "base/log.h"
#include "base/temporary_folder.h"

namespace tt {
namespace {

using Kind = SecretSource::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_constructible_v<log::Field, std::string_view, Secret>);

TEST(Secret, without_a_source_is_empty_and_verifies_nothing) {
  const Secret secret;
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.reveal(), "");
  EXPECT_FALSE(verify_equal(secret, ""));
}

TEST(Secret, a_literal_is_itself_and_says_so) {
  const Secret secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_TRUE(secret.is_literal());
  EXPECT_THAT(secret.missing(), IsEmpty());
  EXPECT_TRUE(verify_equal(secret, "hunter2"));
  EXPECT_FALSE(verify_equal(secret, "hunter"));
}

TEST(Secret, reads_the_environment_when_it_is_used) {
  ::unsetenv("TT_TEST_SECRET");
  const auto secret = Secret::from({{Kind::kEnv, "TT_TEST_SECRET"}}, {});
  EXPECT_THAT(secret.missing(), ElementsAre("env TT_TEST_SECRET"));
  EXPECT_FALSE(verify_equal(secret, ""));
  ::setenv("TT_TEST_SECRET", "abc", 1);
  EXPECT_EQ(secret.reveal(), "abc");
  EXPECT_THAT(secret.missing(), IsEmpty());
  EXPECT_FALSE(secret.is_literal());
  ::unsetenv("TT_TEST_SECRET");
}

TEST(Secret, reads_a_file_again_when_it_changed) {
  const TemporaryFolder folder;
  const std::string path = folder / "token";
  const auto secret = Secret::from({{Kind::kFile, path}}, {});
  EXPECT_THAT(secret.missing(), ElementsAre("file " + path));
  ASSERT_TRUE(write_file(system_disk(), path, "first\r\n\n").ok());
  EXPECT_EQ(secret.reveal(), "first");
  ASSERT_TRUE(write_file(system_disk(), path, " other ").ok());
  EXPECT_EQ(secret.reveal(), " other ");
  ASSERT_TRUE(system_disk().remove(path).ok());
  EXPECT_EQ(secret.reveal(), "");
}

TEST(Secret, reads_credentials_from_the_folder_of_the_service_manager) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(system_disk(), folder / "api", "k\n").ok());
  const auto secret = Secret::from({{Kind::kCredential, "api"}}, {});
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THAT(secret.missing(), ElementsAre("credential api"));
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  EXPECT_EQ(secret.reveal(), "k");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(Secret, the_first_signs_and_all_verify) {
  ::unsetenv("TT_TEST_SECRET");
  const auto secret = Secret::from(
      {{Kind::kLiteral, ""}, {Kind::kEnv, "TT_TEST_SECRET"}, {Kind::kLiteral, ""}}, {"new", "old"});
  EXPECT_EQ(secret.reveal(), "new");
  EXPECT_THAT(secret.reveal_all(), ElementsAre("new", "old"));
  EXPECT_TRUE(verify_equal(secret, "new"));
  EXPECT_TRUE(verify_equal(secret, "old"));
  EXPECT_FALSE(verify_equal(secret, ""));
  EXPECT_FALSE(verify_equal(secret, "older"));
}

TEST(Secret, copies_share_the_text) {
  const Secret secret("a");
  const Secret copy = secret;  // NOLINT: the copy is the point.
  EXPECT_EQ(copy.reveal(), "a");
}

TEST(RedactUrls, hides_userinfo_and_token_like_parameters) {
  EXPECT_EQ(redact_urls("http://me:pw@host/p?x=1"), "http://***@host/p?x=1");
  EXPECT_EQ(redact_urls("https://h/p?private_token=abc&x=1#f"),
            "https://h/p?private_token=***&x=1#f");
  EXPECT_EQ(redact_urls("GET /p?x=1&api_key=abc failed"), "GET /p?x=1&api_key=*** failed");
  EXPECT_EQ(redact_urls("amqp://u:p%40@h, then \"redis://:pw@h:1\""),
            "amqp://***@h, then \"redis://***@h:1\"");
  EXPECT_EQ(redact_urls("http://a:b@c@host/"), "http://***@host/");
}

TEST(RedactUrls, leaves_other_text_alone) {
  for (const char* text :
       {"", "a@b.c", "http://host/a@b", "what? me & you = 1", "?token", "x://"}) {
    EXPECT_EQ(redact_urls(text), text);
  }
}

}  // namespace
}  // namespace tt
