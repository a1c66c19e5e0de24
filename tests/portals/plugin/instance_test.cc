// Tests of portals/plugin/instance: create() and what it says, and secrets that change.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/instance.h"

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using testing::HasSubstr;

TEST(Instance, a_refusal_of_create_is_told_where_the_exit_is_configured_without_secrets) {
  const Configured exit(odd_exit("odd_deliver"),
                        "type: odd_deliver\nmode: refuse\ntoken: " + kToken + "\n");
  EXPECT_FALSE(exit.portal);
  EXPECT_THAT(exit.problems(), HasSubstr("plugin-refused"));
  EXPECT_THAT(exit.problems(), HasSubstr("I do not want"));
  EXPECT_THAT(exit.problems(), testing::Not(HasSubstr(kToken)));
}

TEST(Instance, a_secret_that_has_changed_begins_another_life) {
  ::setenv("TT_ODD_TOKEN", kToken.c_str(), 1);
  Instance instance(odd_portal("odd_deliver"),
                    options_of("odd_deliver", "mode: deliver\ntoken: {env: TT_ODD_TOKEN}\n"));
  const auto first = instance.life();
  ASSERT_TRUE(first.ok()) << first.error().text;
  EXPECT_EQ(*instance.life(), *first);
  ::setenv("TT_ODD_TOKEN", (kToken + "2").c_str(), 1);
  const auto second = instance.life();
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, *first);
  ::unsetenv("TT_ODD_TOKEN");
  EXPECT_EQ(instance.life().error().code, Code::kMisconfigured);
}

}  // namespace
}  // namespace tt::portals::plugin::test
