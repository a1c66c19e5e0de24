// Files of tests: where their configuration is, and what is wrong with them.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/suite.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

using testing::HasSubstr;

class SuiteTest : public Fixture {};

TEST_F(SuiteTest, a_configuration_may_hold_its_own_tests) {
  expect_good(run(R"(
exits: {out: {type: stdout}}
rules: [{name: all, to: out}]
tests:
  - {name: one, event: {message: x}, expect: {exits: [out]}}
)"));
}

TEST_F(SuiteTest, the_daemon_does_not_look_at_the_tests) {
  config::Files files;
  config::Diagnostics diagnostics;
  write("both.yaml", "exits: {out: {type: stdout}}\nrules: [{to: out}]\ntests: [anything]\n");
  pipeline::ConfigSource source;
  source.paths = {folder_ / "both.yaml"};
  EXPECT_TRUE(pipeline::load_settings(source, files, diagnostics))
      << config::print_text(diagnostics, files);
}

TEST_F(SuiteTest, a_configuration_in_several_files_is_read_as_one) {
  write("more.yaml", "exits: {more: {type: stdout}}\nrules: [{name: more, to: more}]\n");
  expect_good(run(R"(
config: [vortex.yaml, more.yaml]
tests: [{name: one, event: {message: x}, expect: {exits: [chat, more]}}]
)"));
}

TEST_F(SuiteTest, a_folder_means_its_test_files) {
  write("b.test.yaml", "");
  write("a.test.yml", "");
  write("other.yaml", "");
  const std::string folder = folder_.path();
  EXPECT_EQ(suite_paths(std::vector{folder, folder + "/other.yaml"}, system_disk()),
            (std::vector{folder + "/a.test.yml", folder + "/b.test.yaml", folder + "/other.yaml"}));
}

TEST_F(SuiteTest, a_folder_without_tests_is_refused) {
  Session session({}, system_disk());
  EXPECT_EQ(suite_paths(std::vector{folder_.path()}, system_disk()), std::vector{folder_.path()});
  EXPECT_NE(session.run(folder_.path()).problem, "");
}

TEST_F(SuiteTest, a_file_without_tests_is_refused) {
  EXPECT_THAT(run("config: vortex.yaml\n").problem, HasSubstr("`tests` is required"));
  EXPECT_THAT(run("config: vortex.yaml\ntests: []\n").problem, HasSubstr("empty"));
  EXPECT_THAT(run("exits: {out: {type: stdout}}\n").problem, HasSubstr("`tests` is required"));
}

TEST_F(SuiteTest, names_of_another_configuration_are_told_with_their_place) {
  EXPECT_THAT(run_one("event: {message: x}\n    expect: {exits: [chta]}").problem,
              HasSubstr("rules.test.yaml:5:22: error: unknown exit `chta`"));
}

}  // namespace
}  // namespace tt::rehearse
