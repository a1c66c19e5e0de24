// Reload: a bad file changes nothing; a good one moves cursors, options and listeners as it says.
// SPDX-License-Identifier: Apache-2.0
#include "net/raw_client.h"
#include "pipeline/daemon_fixture.h"
#include "pipeline/generations.h"
#include "pipeline/replay.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::Target;
using testing::webhook;

class ReloadTest : public testing::DaemonTest {
 protected:
  bool is_settled(std::string_view name) { return exit(name).behind == 0; }
  /// Exits with their lines below `exits:`, and one rule that sends everything to each of `to`.
  static std::string config(const std::string& exits, const std::string& to) {
    return "exits:\n" + exits + "rules:\n  - {to: [" + to + "]}\n";
  }
  Target target_, other_;
};

TEST_F(ReloadTest, a_bad_file_keeps_the_old_configuration_and_the_status_tells) {
  start(config(webhook("hook", target_), "hook"));
  const std::uint64_t generation = daemon_->generation();
  EXPECT_FALSE(daemon_->config_status().last_failure);
  const ReloadReport report = reload("exits:\n  hook: {type: webhok, url: 'http://127.0.0.1:1'}\n");
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.diagnostics_text, HasSubstr("did you mean `webhook`"));
  EXPECT_EQ(report.generation, generation);
  const ConfigStatus status = daemon_->config_status();
  EXPECT_EQ(status.generation, generation);
  ASSERT_TRUE(status.last_failure);
  EXPECT_EQ(status.last_failure->diagnostics_text, report.diagnostics_text);
  EXPECT_EQ(status.failed_ns, clock_.wall_ns());
  EXPECT_EQ(daemon_->generation(), generation);
  say("still here");
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("still here"));
}

TEST_F(ReloadTest, a_file_that_an_editor_has_just_truncated_keeps_the_old_configuration) {
  start(config(webhook("hook", target_), "hook"));
  for (const char* nothing : {"", "\n \n"}) {
    ASSERT_TRUE(write_file(system_disk(), config_path(), nothing).ok());
    const ReloadReport report = daemon_->reload();
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.diagnostics_text, HasSubstr("the file is empty"));
  }
  EXPECT_EQ(daemon_->exits().size(), 1u);
  EXPECT_TRUE(reload("# meant so\n").ok);
  EXPECT_THAT(daemon_->exits(), IsEmpty());
}

TEST_F(ReloadTest, a_good_file_makes_a_generation_and_the_same_file_does_not) {
  const std::string one = config(webhook("hook", target_), "hook");
  start(one);
  const std::uint64_t generation = daemon_->generation();
  EXPECT_EQ(reload(one).generation, generation);
  const ReloadReport report = reload(one + "x-note: changed\n");
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.generation, generation + 1);
  EXPECT_EQ(daemon_->generation(), generation + 1);
  EXPECT_EQ(daemon_->config_status().generation, generation + 1);
}

TEST_F(ReloadTest, a_new_exit_starts_where_it_says) {
  start(config(webhook("hook", target_), "hook"));
  say("old");
  clock_.advance_ns(3600 * kNsPerSec);
  say("recent");
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  Target earliest, age, latest;
  ASSERT_TRUE(
      reload(config(webhook("hook", target_) + webhook("earliest", earliest, "start: earliest") +
                        webhook("age", age, "start: 30m") + webhook("latest", latest),
                    "hook, earliest, age, latest"))
          .ok);
  say("new");
  for (const char* name : {"hook", "earliest", "age", "latest"})
    ASSERT_TRUE(eventually([&] { return is_settled(name); })) << name;
  EXPECT_THAT(earliest.messages(), ElementsAre("old", "recent", "new"));
  EXPECT_EQ(latest.messages(), std::vector<std::string>{"new"});
  EXPECT_THAT(target_.messages(), ElementsAre("old", "recent", "new"));
  // The index may begin a little early, but what is inside of the age comes.
  EXPECT_THAT(age.messages(), ::testing::IsSupersetOf({"recent", "new"}));
}

TEST_F(ReloadTest, a_removed_exit_leaves_an_orphan_until_it_is_forgotten) {
  const std::string both = webhook("hook", target_) + webhook("gone", other_);
  start(config(both, "hook, gone"));
  EXPECT_FALSE(daemon_->forget("gone").ok());  // Still in the configuration.
  ASSERT_TRUE(reload(config(webhook("hook", target_), "hook")).ok);
  EXPECT_THAT(daemon_->tunnel().orphans(), ElementsAre("gone"));
  say("meanwhile");
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  EXPECT_EQ(other_.count(), 0u);

  // An orphan that comes back goes on where it was.
  ASSERT_TRUE(reload(config(both, "hook, gone")).ok);
  ASSERT_TRUE(eventually([&] { return is_settled("gone"); }));
  EXPECT_THAT(other_.messages(), ElementsAre("meanwhile"));

  ASSERT_TRUE(reload(config(webhook("hook", target_), "hook")).ok);
  ASSERT_TRUE(daemon_->forget("gone").ok());
  EXPECT_THAT(daemon_->tunnel().orphans(), IsEmpty());
  EXPECT_FALSE(daemon_->forget("gone").ok());
}

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

TEST_F(ReloadTest, the_generation_in_force_is_a_metric) {
  start(config(webhook("hook", target_), "hook"));
  const auto metric = [&] { return metrics_->gauge("tt_config_generation", "").value(); };
  EXPECT_EQ(metric(), static_cast<std::int64_t>(daemon_->generation()));
  const ReloadReport report = reload(config(webhook("hook", target_), "hook") + "x-note: new\n");
  EXPECT_EQ(metric(), static_cast<std::int64_t>(report.generation));
}

TEST_F(ReloadTest, entries_come_and_go_with_the_file) {
  start("entries:\n  a: {type: http, path: /a}\n");
  const std::string event = R"({"message":"x"})";
  EXPECT_EQ(post("/a", event).status, 202);
  EXPECT_EQ(post("/b", event).status, 404);
  ASSERT_TRUE(reload("entries:\n  b: {type: http, path: /b}\n").ok);
  EXPECT_EQ(post("/a", event).status, 404);
  EXPECT_EQ(post("/b", event).status, 202);
  EXPECT_EQ(entry("b").accepted, 1u);
}

TEST_F(ReloadTest, a_stream_entry_gets_a_second_address_and_the_first_stays_open) {
  const std::string one = "unix:" + folder_ / "one.sock", two = "unix:" + folder_ / "two.sock";
  const auto address = [](const std::string& text) { return *net::parse_listen(text); };
  const auto lines = [](const std::string& listen) {
    return "entries:\n  lines: {type: lines, listen: [" + listen + "]}\n";
  };
  start(lines("'" + one + "'"));
  net::testing::RawClient early(address(one));
  ASSERT_TRUE(early.send("{\"message\":\"early\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 1; }));

  const ReloadReport report = reload(lines("'" + one + "', '" + two + "'"));
  ASSERT_TRUE(report.ok) << report.diagnostics_text;
  net::testing::RawClient late(address(two)), again(address(one));
  ASSERT_TRUE(early.send("{\"message\":\"a connection outlives it\"}\n"));
  ASSERT_TRUE(late.send("{\"message\":\"late\"}\n"));
  ASSERT_TRUE(again.send("{\"message\":\"again\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 4; }));
  EXPECT_THAT(entry("lines").listen, ElementsAre(one, two));

  ASSERT_TRUE(reload(lines("'" + two + "'")).ok);
  EXPECT_TRUE(early.is_closed_by_peer());
  EXPECT_THROW(net::testing::RawClient{address(one)}, std::runtime_error);
  ASSERT_TRUE(late.send("{\"message\":\"still\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 5; }));
}

TEST_F(ReloadTest, an_address_that_is_taken_refuses_the_reload) {
  start("entries:\n  a: {type: http, path: /a}\n");
  const std::string taken = other_.url("").substr(std::string("http://").size());
  const ReloadReport report =
      reload("entries:\n  lines: {type: lines, listen: 'tcp://" + taken + "'}\n");
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.diagnostics_text, HasSubstr(taken));
  EXPECT_THAT(report.diagnostics_text, HasSubstr("`listen` of the entry `lines`"));
  EXPECT_EQ(post("/a", R"({"message":"x"})").status, 202);
}

TEST_F(ReloadTest, generations_are_kept_with_secrets_masked) {
  start(config(webhook("hook", target_, "auth: {bearer: first-secret}"), "hook"));
  const std::uint64_t generation = daemon_->generation();
  ASSERT_TRUE(
      reload(config(webhook("hook", target_, "auth: {bearer: other-secret}, timeout: 5s"), "hook"))
          .ok);
  ASSERT_EQ(daemon_->generation(), generation + 1);
  const Generations kept(memory_, data_path("/rules"));
  const auto first = kept.find(generation), second = kept.find(generation + 1);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_THAT(*first, Not(HasSubstr("first-secret")));
  EXPECT_THAT(*second, Not(HasSubstr("other-secret")));
  EXPECT_THAT(*second, HasSubstr("timeout: 5s"));
  say("signed in");
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  EXPECT_EQ(target_.received()[0].header("authorization"), "Bearer other-secret");
}

TEST_F(ReloadTest, a_disk_without_room_for_the_generation_refuses_the_reload) {
  start(config(webhook("hook", target_), "hook"));
  const std::uint64_t generation = daemon_->generation();
  memory_.fail_always(MemoryDisk::Op::kRename, retry("no space left"));
  EXPECT_FALSE(reload(config(webhook("hook", other_), "hook")).ok);
  memory_.heal();
  EXPECT_EQ(daemon_->generation(), generation);
  say("as before");
  ASSERT_TRUE(eventually([&] { return is_settled("hook"); }));
  EXPECT_THAT(target_.messages(), ElementsAre("as before"));
}

TEST_F(ReloadTest, a_generation_whose_exit_cannot_be_opened_is_not_kept_as_the_newest) {
  start(config(webhook("hook", target_), "hook"));
  const Generations kept(disk(), data_path("/rules"));
  ASSERT_EQ(*kept.newest(), daemon_->generation());
  // The first write is that of the generation's text, the second that of the new exit's cursor.
  memory_.fail_next(MemoryDisk::Op::kWrite, retry("no space left"), 1);
  EXPECT_FALSE(reload(config(webhook("hook", target_) + webhook("fresh", other_), "hook")).ok);
  memory_.heal();
  EXPECT_EQ(*kept.newest(), daemon_->generation());
}

}  // namespace
}  // namespace tt::pipeline
