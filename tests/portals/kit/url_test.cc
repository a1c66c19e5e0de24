// Tests of portals/kit/url.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/url.h"

#include <gtest/gtest.h>

namespace tt::portals {
namespace {

TEST(JoinUrl, has_one_slash_and_no_password) {
  const config::Url literal(std::string("https://u:pass@ci.example.com/jenkins//"));
  const SensitiveText joined = join_url(literal, "/job/a");
  EXPECT_EQ(joined.reveal(), "https://u:pass@ci.example.com/jenkins/job/a");
  EXPECT_EQ(joined.masked().find("pass"), std::string::npos);
  EXPECT_TRUE(joined.masked().ends_with("/jenkins/job/a")) << joined.masked();
}

TEST(JoinUrl, hides_an_address_that_is_a_secret) {
  const config::Url secret(Secret(std::string("https://h.example/t0ken/")));
  EXPECT_EQ(join_url(secret, "/x").reveal(), "https://h.example/t0ken/x");
  EXPECT_EQ(join_url(secret, "/x").masked(), "***/x");
  EXPECT_EQ(sensitive_url(secret).masked(), "***");
}

TEST(JoinUrl, of_a_missing_secret_says_which_one) {
  const config::Url missing(Secret::from({{SecretSource::Kind::kEnv, "TT_TEST_NO_SUCH"}}, {}));
  EXPECT_EQ(join_url(missing, "/x").missing(), std::vector<std::string>{"env TT_TEST_NO_SUCH"});
  EXPECT_EQ(target_of(missing), "***");
}

TEST(TargetOf, is_scheme_host_and_port) {
  EXPECT_EQ(target_of(config::Url(std::string("https://u:p@a.example:8443/x?token=t"))),
            "https://a.example:8443");
}

}  // namespace
}  // namespace tt::portals
