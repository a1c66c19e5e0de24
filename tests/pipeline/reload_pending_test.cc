// Reload: what waits is judged by the new rules and sent with the new options.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reload_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::ReloadTest;
using testing::webhook;

TEST_F(ReloadTest, a_paused_exit_stays_paused) {
  start(config(webhook("hook", target_), "hook"));
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  ASSERT_TRUE(reload(config(webhook("hook", other_), "hook")).ok);
  EXPECT_EQ(exit("hook").state, "paused");
}

TEST_F(ReloadTest, changed_options_take_effect_for_what_waits_too) {
  start(config(webhook("hook", target_), "hook"));
  target_.always(401);
  say("waiting");
  ASSERT_TRUE(soon([&] { return exit("hook").state == "waiting"; }));
  ASSERT_TRUE(reload(config(webhook("hook", other_, "set: {via: other}"), "hook")).ok);
  // The clock stands: a person has mended what failed, so it is tried at once.
  ASSERT_TRUE(soon([&] { return exit("hook").delivered == 1; }));
  EXPECT_EQ(target_.count(), 1u);
  EXPECT_THAT(other_.messages(), ElementsAre("waiting"));
  EXPECT_THAT(other_.received()[0].body, HasSubstr(R"("via":"other")"));
  EXPECT_EQ(exit("hook").state, "running");
}

TEST_F(ReloadTest, pending_events_are_judged_by_the_new_rules_and_the_report_counts_them) {
  start("exits:\n" + webhook("hook", target_) + "rules:\n  - {to: hook}\n");
  ASSERT_TRUE(daemon_->pause("hook", true).ok());
  for (const char* message : {"a", "b", "c"}) say(message);
  const ReloadReport report = reload("exits:\n" + webhook("hook", target_) +
                                     "rules:\n  - {when: 'event.message == \"b\"', to: hook}\n");
  ASSERT_TRUE(report.ok) << report.diagnostics_text;
  EXPECT_THAT(report.moved, ElementsAre(Pair("hook", 2u)));
  ASSERT_TRUE(daemon_->pause("hook", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("b"));
}

TEST_F(ReloadTest, the_report_follows_a_rename_and_counts_what_a_removed_exit_would_have_got) {
  start(config(webhook("before", target_) + webhook("gone", other_), "before, gone"));
  ASSERT_TRUE(daemon_->pause("before", true).ok());
  ASSERT_TRUE(daemon_->pause("gone", true).ok());
  for (const char* message : {"a", "b", "c"}) say(message);
  const ReloadReport report = reload("exits:\n" + webhook("after", target_, "was: before") +
                                     "rules:\n  - {when: 'event.message != \"b\"', to: after}\n");
  ASSERT_TRUE(report.ok) << report.diagnostics_text;
  EXPECT_THAT(report.moved, ElementsAre(Pair("after", 1u), Pair("gone", 3u)));
  EXPECT_FALSE(report.moved_is_cut);
  ASSERT_TRUE(eventually([&] { return is_settled("after"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("a", "c"));
}

TEST_F(ReloadTest, what_waits_for_a_batch_is_judged_again_and_what_is_in_flight_is_not) {
  const std::string exits =
      "exits:\n" + webhook("hook", target_) +
      webhook("batch", other_, "format: ndjson, batch: {events: 10, wait: 1m}");
  start(exits + "rules:\n  - {to: [hook, batch]}\n");
  target_.hold();
  say("a");
  ASSERT_TRUE(soon([&] { return target_.held() == 1; }));
  const ReloadReport report = reload(exits + "rules: []\n");
  ASSERT_TRUE(report.ok) << report.diagnostics_text;
  EXPECT_THAT(report.moved, ElementsAre(Pair("batch", 1u)));
  target_.release();
  ASSERT_TRUE(eventually([&] { return is_settled("hook") && is_settled("batch"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("a"));
  EXPECT_THAT(other_.messages(), IsEmpty());
}

}  // namespace
}  // namespace tt::pipeline
