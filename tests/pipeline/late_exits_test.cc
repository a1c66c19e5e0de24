// LateExits: who gets whose cursor and letters, and what is said of who waits.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/late_exits.h"

#include <gmock/gmock.h>

#include "pipeline/memory_tunnel.h"
#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LateExitsTest : public testing::MemoryTunnelTest {
 protected:
  /// Of one exit with these options.
  static std::shared_ptr<const Settings> settings(const std::string& name,
                                                  const std::string& options = "") {
    return offline_settings("entries:\n  in: {type: http, path: /in}\nexits:\n  " + name +
                            ": {type: stdout" + options + "}\nrules:\n  - {to: " + name + "}\n");
  }
  Status adopt(const Settings& settings) {
    return late_.adopt(*tunnel_, settings, settings.exits[0]);
  }
  std::uint64_t letters(std::string_view exit) { return tunnel_->dead_letters().count(exit, 0); }

  LateExits late_;
};

TEST_F(LateExitsTest, of_a_chain_of_names_the_last_one_gets_cursor_and_letters) {
  const auto second = settings("second", ", was: first"),
             third = settings("third", ", was: second");
  auto reader = *tunnel_->open("first", {});
  EXPECT_EQ(adopt(*second).error().code, Code::kRetry);
  late_.keep({late_.status(second->exits[0], retry("in use"))});
  EXPECT_EQ(adopt(*third).error().code, Code::kRetry);
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "first"}).ok());
  EXPECT_EQ(adopt(*third).error().code, Code::kRetry);
  EXPECT_EQ(letters("first"), 1u);  // More may come.
  EXPECT_THAT(late_.names_before("third"), ElementsAre("first", "second"));
  reader.reset();
  EXPECT_THAT(tunnel_->orphans(), ElementsAre("third"));
  EXPECT_TRUE(adopt(*third).ok());
  EXPECT_EQ(letters("third"), 1u);
}

TEST_F(LateExitsTest, the_names_of_before_are_forgotten_once_the_exit_is_open) {
  const auto second = settings("second", ", was: first"),
             third = settings("third", ", was: second");
  EXPECT_EQ(adopt(*second).error().code, Code::kReject);  // There was nothing to carry over.
  late_.keep({});
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "first"}).ok());
  EXPECT_EQ(adopt(*third).error().code, Code::kReject);
  EXPECT_EQ(letters("first"), 1u);
}

TEST_F(LateExitsTest, an_exit_that_is_configured_is_not_open_yet_and_another_is_none) {
  const auto next = settings("next");
  EXPECT_EQ(not_open(*next, "next").code, Code::kRetry);
  EXPECT_THAT(not_open(*next, "next").text, HasSubstr("`tictoc exit show next`"));
  EXPECT_EQ(not_open(*next, "before").code, Code::kReject);
  EXPECT_EQ(not_open(*next, "before").text, "no exit `before`");
}

TEST_F(LateExitsTest, an_exit_names_whom_it_waits_for_or_what_fails) {
  const auto next = settings("next", ", was: before");
  EXPECT_FALSE(adopt(*next).ok());
  late_.leaves("before");
  const auto problem = [&] { return late_.status(next->exits[0], retry("no space")).problem; };
  EXPECT_THAT(problem(), HasSubstr("exit `before`"));
  EXPECT_TRUE(late_.is_leaving("before"));
  late_.gone("before");
  EXPECT_FALSE(late_.is_leaving("before"));
  EXPECT_EQ(problem(), "no space");
}

}  // namespace
}  // namespace tt::pipeline
