// What must not get from production into a repository.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/redact.h"

#include <gtest/gtest.h>

namespace tt::rehearse {
namespace {

TEST(Redact, names_of_secrets_are_known_in_every_spelling) {
  for (const char* name : {"token", "raw.user.Password", "header.authorization", "API_KEY",
                           "raw.headers.Set-Cookie", "client_secret", "x-signature", "db.passwd"})
    EXPECT_TRUE(is_secret_field(name)) << name;
  for (const char* name : {"alert_key", "message", "author", "design", "keyboard", "compass"})
    EXPECT_FALSE(is_secret_field(name)) << name;
}

TEST(Redact, credentials_inside_of_texts_are_masked_and_the_rest_stays) {
  EXPECT_EQ(redact("see https://ada:pw@git.example.com/x?token=abc&page=2"),
            "see https://***@git.example.com/x?token=***&page=2");
  EXPECT_EQ(redact("curl -H 'Authorization: Bearer abcdefgh12345'"),
            "curl -H 'Authorization: Bearer ***'");
  EXPECT_EQ(redact("push with glpat-abcdefgh1234 failed"), "push with *** failed");
  EXPECT_EQ(redact("id eyJhbGciOi.eyJzdWIiOi.c2lnbmF0 ok"), "id *** ok");
  EXPECT_EQ(redact("a token bucket of the basic kind"), "a token bucket of the basic kind");
}

}  // namespace
}  // namespace tt::rehearse
