// Tests of net/child_check: what is wrong with a command is named, with what to type.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_check.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "base/temporary_folder.h"

namespace tt::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = CommandFault::Kind;

class ChildCheckTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, ::mode_t mode) {
    const std::string path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n";
    ::chmod(path.c_str(), mode);
    return path;
  }
  static CommandFault fault(const std::vector<std::string>& argv, const std::string& folder = "") {
    const auto found = fault_of({.argv = argv, .folder = folder});
    EXPECT_EQ(check_command({.argv = argv, .folder = folder}).ok(),
              !found || found->kind == Kind::kDoubtful);
    return found ? *found : CommandFault{};
  }
  const TemporaryFolder folder_;
};

TEST_F(ChildCheckTest, a_program_of_our_own_is_fine) {
  EXPECT_EQ(fault({file("program", 0700)}).text, "");
  EXPECT_EQ(fault({"/bin/sh", file("script.sh", 0600), "--quiet", "other.txt"}).text, "");
}

TEST_F(ChildCheckTest, what_everybody_may_change_is_named_with_the_way_out) {
  const std::string program = file("program", 0777);
  EXPECT_EQ(fault({program}).kind, Kind::kUnsafe);
  EXPECT_THAT(fault({program}).text, StartsWith(program + " can be changed by others (mode 0777"));
  EXPECT_THAT(fault({program}).text, HasSubstr("chmod go-w " + program));
  const CommandFault script = fault({"/bin/sh", "-e", file("script.sh", 0666)});
  EXPECT_EQ(script.argument, 2u);
  EXPECT_THAT(script.text, HasSubstr("mode 0666"));
}

TEST_F(ChildCheckTest, a_folder_that_everybody_may_change_is_named_itself) {
  const std::string program = file("program", 0700);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  const CommandFault found = fault({program});
  EXPECT_EQ(found.kind, Kind::kUnsafe);
  EXPECT_THAT(found.text, StartsWith("the folder " + folder_.path() + " of " + program));
  EXPECT_TRUE(found.text.ends_with("chmod go-w " + folder_.path())) << found.text;
}

TEST_F(ChildCheckTest, a_script_by_its_relative_name_is_looked_at_where_it_runs) {
  file("script.sh", 0666);
  EXPECT_EQ(fault({"/bin/sh", "script.sh"}, folder_.path()).kind, Kind::kUnsafe);
  const CommandFault lost = fault({"/bin/sh", "script.sh"});
  EXPECT_EQ(lost.kind, Kind::kDoubtful);
  EXPECT_EQ(lost.argument, 1u);
  EXPECT_THAT(lost.text, HasSubstr("`script.sh` is looked for in /: name it by its absolute path"));
}

TEST_F(ChildCheckTest, what_cannot_be_executed_says_what_to_type) {
  const std::string program = file("program", 0600);
  EXPECT_EQ(fault({program}).kind, Kind::kWrong);
  EXPECT_THAT(fault({program}).text, HasSubstr("(mode 0600): chmod +x " + program));
  EXPECT_THAT(fault({folder_.path()}).text, HasSubstr("is a folder"));
  EXPECT_THAT(fault({"sh"}).text, HasSubstr("absolute path"));
  EXPECT_THAT(fault({}).text, HasSubstr("absolute path"));
}

TEST_F(ChildCheckTest, what_is_missing_may_come_later) {
  EXPECT_EQ(fault({folder_ / "none"}).kind, Kind::kMissing);
  EXPECT_THAT(fault({folder_ / "none"}).text, HasSubstr("No such file"));
  const CommandFault found = fault({"/bin/sh"}, folder_ / "nowhere");
  EXPECT_EQ(found.kind, Kind::kMissing);
  EXPECT_EQ(found.argument, CommandFault::kFolder);
  EXPECT_THAT(found.text, HasSubstr(folder_ / "nowhere"));
}

TEST_F(ChildCheckTest, a_script_that_was_changed_has_another_stamp) {
  const ChildCommand command{.argv = {"/bin/sh", file("script.sh", 0600), folder_ / "out.txt"}};
  const std::string first = stamp_of(command);
  EXPECT_EQ(stamp_of(command), first);
  file("out.txt", 0600);
  EXPECT_EQ(stamp_of(command), first) << "what it writes is no part of it";
  std::ofstream(folder_ / "script.sh") << "exit 1\n";
  EXPECT_NE(stamp_of(command), first);
}

TEST_F(ChildCheckTest, a_command_of_one_text_is_taken_for_a_list) {
  const CommandFault found = fault({"/usr/bin/python3 /etc/deliver.py"});
  EXPECT_EQ(found.kind, Kind::kWrong);
  EXPECT_THAT(found.text, HasSubstr("did you mean a list: [/usr/bin/python3, /etc/deliver.py]"));
}

}  // namespace
}  // namespace tt::net
