// Reload: an exit that is renamed, or comes back, goes on where it was, with its letters.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>

#include "pipeline/reload_fixture.h"
#include "pipeline/replay.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ReloadTest;
using testing::webhook;

TEST_F(ReloadTest, was_carries_the_cursor_over_a_rename) {
  start(config(webhook("before", target_), "before"));
  say("done");
  ASSERT_TRUE(eventually([&] { return is_settled("before"); }));
  ASSERT_TRUE(daemon_->pause("before", true).ok());
  say("pending");
  ASSERT_TRUE(reload(config(webhook("after", target_, "was: before"), "after")).ok);
  ASSERT_TRUE(eventually([&] { return is_settled("after"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("done", "pending"));
  EXPECT_THAT(daemon_->tunnel().orphans(), IsEmpty());
}

TEST_F(ReloadTest, a_renamed_exit_is_listed_while_it_waits_and_goes_on_as_soon_as_it_can) {
  start(config(webhook("before", target_), "before"));
  target_.hold();
  say("in flight");
  say("pending");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  ASSERT_TRUE(reload(config(webhook("after", target_, "was: before"), "after")).ok);
  EXPECT_EQ(exit("after").state, "waiting");
  EXPECT_THAT(exit("after").problem, HasSubstr("where exit `before` stopped"));
  // What operators ask of it has an answer later, and is no mistake.
  const auto wait_for_it = ::testing::AllOf(
      ::testing::Field(&Error::code, Code::kRetry),
      ::testing::Field(&Error::text, HasSubstr("exit `after` is not open yet; `tictoc exit show")));
  EXPECT_THAT(daemon_->pause("after", true).error(), wait_for_it);
  EXPECT_THAT(daemon_->pause("after", false).error(), wait_for_it);
  EXPECT_THAT(daemon_->test("after", "").error(), wait_for_it);
  EXPECT_THAT(daemon_->replays().preview({.exit = "after"}).error(), wait_for_it);
  EXPECT_EQ(daemon_->pause("before", true).error().text, "no exit `before`");
  target_.release();
  // The clock stands: nothing waits for a timer.
  ASSERT_TRUE(soon([&] { return exit("after").delivered == 1; }));
  EXPECT_EQ(exit("after").state, "running");
  EXPECT_EQ(exit("after").problem, "");
  EXPECT_THAT(target_.messages(), ElementsAre("in flight", "pending"));
}

TEST_F(ReloadTest, an_exit_that_is_renamed_again_before_it_has_its_cursor_loses_nothing) {
  start(config(webhook("before", target_), "before"));
  target_.always(400);
  target_.hold();
  say("in flight");
  say("pending");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  ASSERT_TRUE(reload(config(webhook("after", target_, "was: before"), "after")).ok);
  ASSERT_TRUE(reload(config(webhook("last", target_, "was: after"), "last")).ok);
  EXPECT_EQ(exit("last").state, "waiting");
  say("late");
  target_.release();
  ASSERT_TRUE(soon([&] { return exit("last").dead == 2; }));
  EXPECT_THAT(target_.messages(), ElementsAre("in flight", "pending", "late"));
  // With the letter that the exit wrote under its first name.
  EXPECT_EQ(letters("last").size(), 3u);
  EXPECT_THAT(daemon_->tunnel().orphans(), IsEmpty());
}

TEST_F(ReloadTest, an_exit_waits_until_the_letters_of_its_oldest_name_have_come_along) {
  start(config(webhook("before", target_), "before"));
  target_.answer({400});
  target_.hold();
  say("in flight");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  ASSERT_TRUE(reload(config(webhook("after", target_, "was: before"), "after")).ok);
  ASSERT_TRUE(reload(config(webhook("last", target_, "was: after"), "last")).ok);
  memory_.fail_always(MemoryDisk::Op::kRename, retry("no space left"));
  target_.release();
  ASSERT_TRUE(soon([&] { return exit("last").problem == "exit `last`: no space left"; }));
  EXPECT_EQ(letters("before").size(), 1u);
  memory_.heal();
  ASSERT_TRUE(eventually([&] { return exit("last").state == "running"; }));
  EXPECT_EQ(letters("last").size(), 1u);
}

TEST_F(ReloadTest, letters_that_wait_to_be_told_are_told_under_the_new_name) {
  watches_itself_ = true;
  start(config(webhook("before", target_) + webhook("duty", other_), "before, duty"));
  const auto is_told = [&](const std::string& text) {
    return ::testing::Value(other_.messages(), ::testing::Contains(HasSubstr(text)));
  };
  ASSERT_TRUE(soon([&] { return exit("before").delivered == 1; }));  // That it has started.
  target_.answer({400, 400});
  say("told at once");
  ASSERT_TRUE(soon([&] { return is_told("exit before gave up"); }));
  say("told within a minute");
  ASSERT_TRUE(soon([&] { return exit("before").dead == 2; }));
  ASSERT_TRUE(reload(config(webhook("after", target_, "was: before") + webhook("duty", other_),
                            "after, duty"))
                  .ok);
  EXPECT_TRUE(eventually([&] { return is_told("exit after gave up"); }, 500));
}

TEST_F(ReloadTest, what_was_gathered_for_a_renamed_exit_goes_by_the_rules_of_its_new_name) {
  start("exits:\n" + webhook("before", target_) + "rules:\n  - {unset: [secret], to: before}\n");
  target_.hold();
  say("in flight");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  const tunnel::Seq gathered = append("test", R"({"message":"gathered","secret":"sesame"})");
  ASSERT_TRUE(
      soon([&] { return daemon_->fates(gathered).front().state == EventFate::State::kGathered; }));
  // The answer comes while the reload waits for what is on its way.
  auto report = std::async(std::launch::async, [&] {
    return reload("exits:\n" + webhook("after", other_, "was: before") +
                  "rules:\n  - {set: {secret: hidden}, to: after}\n");
  });
  ASSERT_TRUE(soon([&] {
    const std::vector<ExitStatus> all = daemon_->exits();
    return std::none_of(all.begin(), all.end(),
                        [](const ExitStatus& one) { return one.name == "before"; });
  }));
  target_.release();
  ASSERT_TRUE(report.get().ok);
  ASSERT_TRUE(eventually([&] { return exit("after").delivered == 1; }));
  EXPECT_THAT(target_.messages(), ElementsAre("in flight"));
  EXPECT_THAT(other_.messages(), ElementsAre("gathered"));
  EXPECT_THAT(other_.received()[0].body, HasSubstr(R"("secret":"hidden")"));
}

TEST_F(ReloadTest, an_exit_that_comes_back_while_its_last_request_is_out_goes_on_after_it) {
  const std::string both = config(webhook("hook", target_), "hook");
  start(both);
  target_.hold();
  say("in flight");
  say("pending");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  ASSERT_TRUE(reload("# nothing\n").ok);
  ASSERT_TRUE(reload(both).ok);
  EXPECT_EQ(exit("hook").state, "waiting");
  target_.release();
  ASSERT_TRUE(soon([&] { return exit("hook").delivered == 1; }));
  EXPECT_THAT(target_.messages(), ElementsAre("in flight", "pending"));
}

TEST_F(ReloadTest, was_finds_an_orphan_and_does_no_harm_once_the_rename_is_done) {
  start(config(webhook("before", target_), "before"));
  ASSERT_TRUE(daemon_->pause("before", true).ok());
  say("pending");
  ASSERT_TRUE(reload("entries: {}\n").ok);
  EXPECT_THAT(daemon_->tunnel().orphans(), ElementsAre("before"));
  const std::string renamed = config(webhook("after", target_, "was: before"), "after");
  ASSERT_TRUE(reload(renamed).ok);
  ASSERT_TRUE(eventually([&] { return is_settled("after"); }));
  stop();
  start(renamed);
  say("new");
  ASSERT_TRUE(eventually([&] { return is_settled("after"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("pending", "new"));
}

}  // namespace
}  // namespace tt::pipeline
