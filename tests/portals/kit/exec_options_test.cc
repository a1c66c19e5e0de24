// Tests of portals/kit/exec_options: what a program gets, and what is told of it beforehand.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exec_options.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "base/temporary_folder.h"
#include "config/yaml_reader.h"
#include "template/event_scope.h"

namespace tt::portals {
namespace {

using ::testing::HasSubstr;

/// Options as configured by `yaml`, and what was told of them.
struct ReadOptions {
  config::Files files;
  config::Diagnostics diagnostics;
  std::optional<ExecOptions> options;
  bool is_good = false;

  explicit ReadOptions(const std::string& yaml, bool is_offline = false) {
    const auto node = config::read_yaml(files, files.add("t.yaml", yaml), diagnostics);
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment(),
                                 .options = {.is_offline = is_offline}};
    options = config::parse<ExecOptions>(*node, context);
    is_good = options && check_exec_command(*options, *node, context);
  }
  std::string told() const { return config::print_text(diagnostics, files); }
};

TEST(ExecOptions, one_name_stands_in_options_or_in_secrets) {
  const ReadOptions both("command: [/bin/sh]\noptions: {token: a}\nsecrets: {token: hunter22}\n");
  EXPECT_FALSE(both.is_good);
  EXPECT_THAT(both.told(), HasSubstr("`token` stands in `options` and in `secrets`"));
}

TEST(ExecOptions, secrets_are_found_in_each_form_that_a_program_may_show) {
  const ReadOptions read(
      "command: [/bin/sh]\n"
      "secrets: {token: 'pass\"word/1', key: \"-----BEGIN\\nMIIEvQIBADAN\\n\"}\n");
  ASSERT_TRUE(read.options) << read.told();
  const auto config = read.options->reveal();
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->json, HasSubstr(R"("token":"pass\"word/1")"));
  EXPECT_EQ(config->secrets.mask("a pass\"word/1"), "a ***");
  EXPECT_EQ(config->secrets.mask(R"({"token":"pass\"word/1"})"), R"({"token":"***"})");
  EXPECT_EQ(config->secrets.mask("https://a/?t=pass%22word%2F1"), "https://a/?t=***");
  const net::LineMask mask = read.options->child().mask();
  EXPECT_EQ(mask("MIIEvQIBADAN", false), "***");
  EXPECT_EQ(mask("got pass\"wo", true), "got ***");
  EXPECT_EQ(mask("got pass\"wo", false), "got pass\"wo");
}

TEST(ExecOptions, without_secrets_nothing_is_masked) {
  EXPECT_FALSE(ReadOptions("command: [/bin/sh]\n").options->child().mask);
}

TEST(ExecOptions, what_may_come_later_is_a_warning_at_its_place) {
  const ReadOptions missing("command: [/no/such/program]\n");
  EXPECT_TRUE(missing.is_good);
  EXPECT_THAT(missing.told(), HasSubstr("t.yaml:1:11: warning: /no/such/program: No such file"));
  const ReadOptions folder("command: [/bin/sh]\nfolder: /no/such/folder\n");
  EXPECT_TRUE(folder.is_good);
  EXPECT_THAT(folder.told(), HasSubstr("t.yaml:2:9: warning: "));
  EXPECT_THAT(folder.told(), HasSubstr("/no/such/folder: No such file"));
  const ReadOptions script("command: [/bin/sh, deliver.sh]\n");
  EXPECT_TRUE(script.is_good);
  EXPECT_THAT(script.told(), HasSubstr("t.yaml:1:20: warning: /deliver.sh"));
}

TEST(ExecOptions, what_others_could_change_is_an_error) {
  const TemporaryFolder folder;
  const std::string path = folder / "program.sh";
  std::ofstream(path) << "#!/bin/sh\n";
  ASSERT_EQ(::chmod(path.c_str(), 0777), 0);
  const ReadOptions read("command: [" + path + "]\n");
  EXPECT_FALSE(read.is_good);
  EXPECT_THAT(read.told(), HasSubstr("t.yaml:1:11: error: " + path));
  EXPECT_THAT(read.told(), HasSubstr("chmod go-w " + path));
  EXPECT_TRUE(ReadOptions("command: [" + path + "]\n", true).is_good);
  EXPECT_FALSE(ReadOptions("command: /bin/sh " + path + "\n").is_good);
}

}  // namespace
}  // namespace tt::portals
