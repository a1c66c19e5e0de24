// Tests of portals/plugin/examine: right plugins pass, wrong ones are told.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/examine.h"

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

std::string faults_of(const std::string& name, bool delivers) {
  const auto library = load(name);
  EXPECT_TRUE(library.ok()) << library.error().text;
  std::string all;
  const ExamineReport report{.step = [](std::string_view, std::string_view) {},
                             .fault = [&](std::string_view text) { (all += text) += "\n"; }};
  const int count = examine(**library, delivers, report);
  EXPECT_EQ(count == 0, all.empty());
  return all;
}

TEST(Examine, plugins_that_keep_their_word_pass) {
  EXPECT_EQ(faults_of("plain", true), "");
  EXPECT_EQ(faults_of("graphite", false), "");
  EXPECT_EQ(faults_of("odd", true), "");
}

TEST(Examine, only_what_was_tried_is_told) {
  const auto steps_of = [](bool delivers) {
    const auto library = load("odd");
    EXPECT_TRUE(library.ok()) << library.error().text;
    std::string all;
    const ExamineReport report{.step =
                                   [&](std::string_view portal, std::string_view step) {
                                     all.append(portal).append(": ").append(step) += "\n";
                                   },
                               .fault = [](std::string_view) {}};
    (void)examine(**library, delivers, report);
    return all;
  };
  const std::string dry = steps_of(false), wet = steps_of(true);
  EXPECT_THAT(dry, testing::HasSubstr("odd_deliver: deliver() is not tried"));
  EXPECT_THAT(dry, testing::Not(testing::HasSubstr("odd_deliver: encode()")));
  EXPECT_THAT(wet, testing::HasSubstr("odd_deliver: deliver() has a result"));
  EXPECT_THAT(wet, testing::HasSubstr("odd_run: run() is not tried"));
  EXPECT_THAT(wet, testing::Not(testing::HasSubstr("odd_run: decode()")));
}

TEST(Examine, what_a_plugin_has_left_undone_is_told) {
  const std::string faults = faults_of("liar13", false);
  EXPECT_THAT(faults, testing::HasSubstr("`summary` is a sentence"));
  EXPECT_THAT(faults, testing::HasSubstr("option `a` has a description"));
}

}  // namespace
}  // namespace tt::portals::plugin::test
