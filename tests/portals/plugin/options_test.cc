// Tests of portals/plugin/options: from YAML to what create() gets.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/options.h"

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string problems(const std::string& yaml) {
  return Configured(odd_exit("odd_deliver"), "type: odd_deliver\n" + yaml).problems();
}

TEST(PluginOptions, defaults_are_filled_in_and_secrets_revealed) {
  const PluginOptions options = options_of(
      "odd_deliver", "mode: deliver\ntoken: " + kToken + "\nsubject: 'a {{ event.host }}'\n");
  EXPECT_EQ(options.show(),
            R"({"mode":"deliver","count":3,"token":"***","subject":"a {{ event.host }}"})");
  const auto texts = options.reveal();
  ASSERT_TRUE(texts.ok());
  EXPECT_THAT(options.json(*texts), HasSubstr(kToken));
}

TEST(PluginOptions, a_text_that_looks_like_a_number_stays_a_text) {
  EXPECT_EQ(options_of("odd_deliver", "mode: '12'\n").show(), R"({"mode":"12","count":3})");
}

TEST(PluginOptions, a_number_is_no_text_until_it_is_quoted) {
  EXPECT_THAT(problems("mode: 17\n"), AllOf(HasSubstr("`mode` is a text, found a number"),
                                            HasSubstr("put it in quotes: '17'")));
}

TEST(PluginOptions, faults_are_told_where_they_are_written) {
  EXPECT_THAT(problems("mode: deliver\ncount: 12\n"), HasSubstr("test.yaml:3:8: error: `count`"));
  EXPECT_THAT(problems("mode: deliver\ncount: many\n"), HasSubstr("test.yaml:3:8"));
  EXPECT_THAT(problems("mode: deliver\ncuont: 2\n"), HasSubstr("did you mean `count`?"));
  EXPECT_THAT(problems(""), HasSubstr("`mode` is required"));
  EXPECT_THAT(problems("mode: deliver\nsubject: '{{ event. }}'\n"), HasSubstr("test.yaml:3:"));
  EXPECT_EQ(problems("mode: deliver\nretry: {base: 1s}\n"), "");
}

TEST(PluginOptions, a_secret_without_a_text_is_a_warning_and_named_when_it_is_needed) {
  ::unsetenv("TT_NO_SUCH_SECRET");
  const Configured exit(odd_exit("odd_deliver"),
                        "type: odd_deliver\nmode: deliver\ntoken: {env: TT_NO_SUCH_SECRET}\n");
  EXPECT_TRUE(exit.portal);
  EXPECT_THAT(exit.problems(), HasSubstr("missing-secret"));
  EXPECT_THAT(options_of("odd_deliver", "mode: deliver\ntoken: {env: TT_NO_SUCH_SECRET}\n")
                  .reveal()
                  .error()
                  .text,
              HasSubstr("TT_NO_SUCH_SECRET"));
}

}  // namespace
}  // namespace tt::portals::plugin::test
