// Reload: a bad file changes nothing; a good one makes a generation that is kept.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/generations.h"
#include "pipeline/reload_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ReloadTest;
using testing::Target;
using testing::webhook;

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

TEST_F(ReloadTest, the_generation_in_force_is_a_metric) {
  start(config(webhook("hook", target_), "hook"));
  const auto metric = [&] { return metrics_->gauge("tt_config_generation", "").value(); };
  EXPECT_EQ(metric(), static_cast<std::int64_t>(daemon_->generation()));
  const ReloadReport report = reload(config(webhook("hook", target_), "hook") + "x-note: new\n");
  EXPECT_EQ(metric(), static_cast<std::int64_t>(report.generation));
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
