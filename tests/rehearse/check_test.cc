// What `vortex check` says about tests: as much as a run would refuse.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/check.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CheckTest : public Fixture {
 protected:
  /// Diagnostics about `name` alone: a configuration with tests in it, or a file of tests.
  std::string check(const std::string& name) {
    config::Files files;
    config::Diagnostics diagnostics;
    const std::string path = folder_ / name;
    if (is_test_file(path, system_disk())) {
      check_test_file(path, nullptr, system_disk(), files, diagnostics);
    } else {
      pipeline::ConfigSource source;
      source.paths = {path};
      const auto settings = pipeline::load_settings(source, files, diagnostics);
      check_own_tests(source.paths, settings.get(), system_disk(), files, diagnostics);
    }
    diagnostics.sort();
    std::string out;
    for (const config::Diagnostic& d : diagnostics.list())
      if (d.severity == config::Severity::kError)
        out += std::to_string(d.mark.line) + ": " + d.text + "\n";
    return out;
  }
};

TEST_F(CheckTest, tests_in_a_configuration_are_checked_with_it) {
  write("both.yaml", R"(exits: {out: {type: stdout}}
rules: [{name: all, to: out}]
tests:
  - {name: one, event: {message: x}, expect: {exits: [outt], rules: [al]}}
  - {nam: two, event: {message: x}, expect: {}}
)");
  EXPECT_THAT(check("both.yaml"),
              AllOf(HasSubstr("4: unknown exit `outt`"), HasSubstr("4: unknown rule `al`"),
                    HasSubstr("5: unknown key `nam`"), HasSubstr("5: nothing is expected")));
}

TEST_F(CheckTest, a_file_of_tests_is_checked_against_the_configuration_that_it_names) {
  write("rules.test.yaml", R"(config: vortex.yaml
tests:
  - {name: one, event: {message: x}, expect: {exits: [chat]}}
  - {name: two, event: {message: x}, expect: {exits: [chta]}}
)");
  EXPECT_EQ(check("rules.test.yaml"), "4: unknown exit `chta`\n");
}

TEST_F(CheckTest, a_broken_configuration_leaves_the_shape_of_its_tests_to_be_checked) {
  write("both.yaml", "exits: {out: {type: stdot}}\nrules: []\ntests: [{name: one}]\n");
  EXPECT_THAT(check("both.yaml"),
              AllOf(HasSubstr("1: no exit portal `stdot`"), HasSubstr("3: `expect` is required")));
}

TEST_F(CheckTest, what_both_readings_of_a_file_find_is_told_once) {
  write("both.yaml", "exits: {out: {type: stdout}}\nrules: []\nrules: []\ntests: [{name: one}]\n");
  EXPECT_EQ(check("both.yaml"), "3: `rules` stands here a second time\n");
}

TEST_F(CheckTest, only_files_with_tests_alone_are_test_files) {
  write("tests.yaml", "tests: []\n");
  write("both.yaml", "exits: {}\ntests: []\n");
  EXPECT_TRUE(is_test_file(folder_ / "tests.yaml", system_disk()));
  EXPECT_FALSE(is_test_file(folder_ / "both.yaml", system_disk()));
  EXPECT_FALSE(is_test_file(folder_ / "vortex.yaml", system_disk()));
  EXPECT_FALSE(is_test_file(folder_ / "nothing.yaml", system_disk()));
}

}  // namespace
}  // namespace tt::rehearse
