// A condition of a search or a replay: over event and meta, and clear about what is wrong.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/where.h"

#include <gmock/gmock.h>

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

bool matches(const char* condition, const char* event) {
  const auto where = Where::compile(condition);
  EXPECT_TRUE(where.ok()) << condition;
  const OfflineEvent stored(event);
  return where.ok() && (*where)->matches(stored.stored(), "0badcafe-7");
}

TEST(Where, event_and_meta_are_there) {
  EXPECT_TRUE(matches("event.message == 'm'", R"({"message":"m"})"));
  EXPECT_FALSE(matches("event.message == 'x'", R"({"message":"m"})"));
  EXPECT_TRUE(matches("meta.id == '0badcafe-7' && meta.entry == 'events'", R"({"message":"m"})"));
}

TEST(Where, an_error_is_no_match) {
  EXPECT_FALSE(matches("event.users > 3", R"({"message":"m"})"));
}

TEST(Where, a_field_that_no_event_has_is_named_with_the_one_that_may_be_meant) {
  const auto where = Where::compile(
      "event.severty == 'error' || event.users > 3 || event.builds[0].name == 'a' || "
      "event.project == 'none has it, and it is no slip'");
  ASSERT_TRUE(where.ok());
  EXPECT_THAT((*where)->warnings(), ::testing::IsEmpty()) << "nothing was looked at yet";
  const OfflineEvent stored(R"({"message":"m","users":1,"builds":[{"name":"b"}]})");
  EXPECT_FALSE((*where)->matches(stored.stored(), "0badcafe-7"));
  EXPECT_THAT((*where)->warnings(),
              ::testing::ElementsAre("none of the events that were looked at has a field "
                                     "`severty`; did you mean `event.severity`?"));
}

TEST(Where, what_does_not_compile_is_refused_with_its_place) {
  const auto where = Where::compile("event.message = 'm'");
  ASSERT_FALSE(where.ok());
  EXPECT_EQ(where.error().code, Code::kReject);
  EXPECT_THAT(where.error().text, ::testing::HasSubstr("where, column"));
}

}  // namespace
}  // namespace tt::pipeline
