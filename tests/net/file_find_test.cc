// Finding files: what a pattern finds, what it leaves alone, what it says when it cannot.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_find.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileFindTest : public ::testing::Test {
 protected:
  std::string touch(const std::string& name) {
    std::ofstream(folder_ / name) << "line\n";
    return folder_ / name;
  }
  std::vector<std::string> names(const std::string& pattern,
                                 const std::vector<std::string>& excluded = {}) {
    std::vector<std::string> all;
    for (const FoundFile& file : find_files(folder_ / pattern, excluded).files)
      all.push_back(std::filesystem::path(file.path).filename());
    return all;
  }
  TemporaryFolder folder_;
};

TEST_F(FileFindTest, a_pattern_finds_files_by_name_but_no_folders_and_nothing_compressed) {
  for (const char* name : {"b.log", "a.log", "a.log.1", "a.log.2.gz", "c.log.zst", "notes.txt"})
    touch(name);
  std::filesystem::create_directory(folder_ / "folder.log");
  ::mkfifo((folder_ / "pipe.log").c_str(), 0600);
  EXPECT_THAT(names("*.log"), ElementsAre("a.log", "b.log"));
  EXPECT_THAT(names("*"), ElementsAre("a.log", "a.log.1", "b.log", "notes.txt"));
  EXPECT_THAT(names("[ab].log*", {folder_ / "*.1"}), ElementsAre("a.log", "b.log"));
}

TEST_F(FileFindTest, a_folder_that_is_named_is_a_problem) {
  std::filesystem::create_directory(folder_ / "logs");
  EXPECT_THAT(find_files(folder_ / "logs", {}).problem, HasSubstr("logs is a folder; name its"));
  EXPECT_EQ(find_files(folder_ / "*", {}).problem, "");
}

TEST_F(FileFindTest, patterns_may_stand_for_folders_and_links_lead_to_files) {
  std::filesystem::create_directories(folder_ / "one/logs");
  std::filesystem::create_directories(folder_ / "two/logs");
  touch("one/logs/a.log");
  touch("two/logs/b.log");
  std::filesystem::create_symlink(folder_ / "one/logs/a.log", folder_ / "two/logs/link.log");
  const FoundFiles found = find_files(folder_ / "*/logs/*.log", {});
  ASSERT_EQ(found.files.size(), 3u);
  EXPECT_EQ(found.files[0].inode, found.files[2].inode);
  EXPECT_THAT(found.folders, ElementsAre(folder_ / "one/logs", folder_ / "two/logs"));
}

TEST_F(FileFindTest, a_file_named_outright_that_is_missing_is_a_problem_and_a_pattern_is_none) {
  EXPECT_THAT(find_files(folder_ / "app.log", {}).problem, HasSubstr("No such file"));
  const FoundFiles none = find_files(folder_ / "*.log", {});
  EXPECT_THAT(none.problem, IsEmpty());
  // Where it may come up.
  EXPECT_THAT(none.folders, ElementsAre(folder_.path()));
}

TEST_F(FileFindTest, a_pattern_in_a_folder_that_is_not_there_yet_is_a_problem_until_it_is) {
  const FoundFiles none = find_files(folder_ / "logs/*/*.log", {});
  EXPECT_EQ(none.problem, folder_ / "logs: No such file or directory");
  EXPECT_TRUE(none.is_partial);
  std::filesystem::create_directory(folder_ / "logs");
  EXPECT_EQ(find_files(folder_ / "logs/*/*.log", {}).problem, "");
}

TEST_F(FileFindTest, a_file_is_found_by_what_it_is_under_any_name) {
  const std::string path = touch("a.log");
  const FoundFile file = find_files(path, {}).files.at(0);
  std::filesystem::rename(path, folder_ / "a.log.1");
  EXPECT_FALSE(leads_to(path, file.device, file.inode));
  EXPECT_EQ(*find_inode(folder_.path(), file.device, file.inode), folder_ / "a.log.1");
  std::filesystem::remove(folder_ / "a.log.1");
  EXPECT_THAT(*find_inode(folder_.path(), file.device, file.inode), IsEmpty());
  EXPECT_THAT(*find_inode(folder_ / "gone", file.device, file.inode), IsEmpty());
}

TEST(FileFind, the_folder_of_a_path) {
  EXPECT_EQ(folder_of("/var/log/a.log"), "/var/log");
  EXPECT_EQ(folder_of("/a.log"), "/");
  EXPECT_EQ(folder_of("a.log"), ".");
}

}  // namespace
}  // namespace tt::net
