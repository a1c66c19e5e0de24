// One file that is read as it grows: whole lines, truncation, and which file it is after a restart.
// SPDX-License-Identifier: Apache-2.0
#include "net/tailed_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "net/file_find.h"

namespace tt::net {
namespace {

class TailedFileTest : public ::testing::Test {
 protected:
  void write(std::string_view text) { std::ofstream(path_, std::ios::app) << text; }
  void replace(std::string_view text) { std::ofstream(path_, std::ios::trunc) << text; }
  TailPosition fresh() const {
    const FoundFile found = find_files(path_, {}).files.at(0);
    return {.path = path_, .device = found.device, .inode = found.inode};
  }
  /// The next run, stored.
  std::string read(TailedFile& file) {
    const auto run = file.read(buffer_);
    EXPECT_TRUE(run.ok());
    std::string text(run.ok() ? *run : std::string_view());
    file.settle();
    return text;
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / "app.log";
  std::array<char, 64> buffer_;
};

TEST_F(TailedFileTest, lines_are_read_when_they_are_whole) {
  write("one\ntwo\nthr");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), "one\ntwo\n");
  EXPECT_EQ(read(file), "");
  EXPECT_EQ(file.unread_bytes(), 3u);
  write("ee\n");
  EXPECT_EQ(read(file), "three\n");
  EXPECT_EQ(file.position().offset, 14u);
}

TEST_F(TailedFileTest, a_line_longer_than_the_buffer_comes_in_pieces_and_counts_when_it_is_whole) {
  const std::string line(150, 'x');
  write("a\n" + line);
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), "a\n");
  EXPECT_EQ(read(file), line.substr(0, 64));
  EXPECT_EQ(file.position().offset, 2u);
  EXPECT_FALSE(file.may_sleep());
  EXPECT_EQ(read(file), line.substr(0, 64));
  EXPECT_EQ(read(file), line.substr(0, 22));
  write("y\nz");
  EXPECT_EQ(read(file), "y\n");
  EXPECT_EQ(file.position().offset, 154u);
  EXPECT_TRUE(file.may_sleep());
}

TEST_F(TailedFileTest, what_is_not_stored_is_not_behind) {
  write("one\n");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  ASSERT_TRUE(file.read(buffer_).ok());
  EXPECT_EQ(file.position().offset, 0u);
  file.settle();
  EXPECT_EQ(file.position().offset, 4u);
}

TEST_F(TailedFileTest, a_run_can_be_taken_back) {
  write("one\n");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  ASSERT_TRUE(file.read(buffer_).ok());
  file.take_back();
  EXPECT_EQ(read(file), "one\n");
}

TEST_F(TailedFileTest, a_truncated_file_is_read_from_its_beginning) {
  write("one\ntwo\n");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), "one\ntwo\n");
  replace("");
  EXPECT_EQ(read(file), "");
  EXPECT_EQ(file.position().offset, 0u);
  write("three\n");
  EXPECT_EQ(read(file), "three\n");
}

TEST_F(TailedFileTest, a_file_that_was_written_anew_is_noticed_though_it_is_longer_than_before) {
  write("one\ntwo\n");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), "one\ntwo\n");
  replace("other lines, and many more of them than there were\n");
  EXPECT_EQ(read(file), "other lines, and many more of them than there were\n");
}

TEST_F(TailedFileTest, truncation_inside_of_a_long_line_ends_that_line) {
  write(std::string(100, 'x'));
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), std::string(64, 'x'));
  replace("new\n");
  EXPECT_EQ(read(file), "\n");
  EXPECT_EQ(read(file), "new\n");
  EXPECT_EQ(file.position().offset, 4u);
}

TEST_F(TailedFileTest, the_rest_of_a_file_that_is_over_is_a_line) {
  write("one\nlast words");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  EXPECT_EQ(read(file), "one\n");
  EXPECT_EQ(read(file), "");
  const auto rest = file.read_rest(buffer_);
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(*rest, "last words\n");
  file.settle();
  EXPECT_EQ(file.position().offset, 14u);
  EXPECT_EQ(*file.read_rest(buffer_), "");
}

TEST_F(TailedFileTest, to_the_end_means_to_the_line_that_is_being_written) {
  write(std::string(9000, 'x') + "\nold\nhalf a li");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  ASSERT_TRUE(file.skip_to_end().ok());
  EXPECT_EQ(file.position().offset, 9005u);
  write("ne\n");
  EXPECT_EQ(read(file), "half a line\n");
}

TEST_F(TailedFileTest, a_restart_goes_on_where_the_position_says) {
  write("one\ntwo\n");
  TailPosition position;
  {
    TailedFile file(fresh());
    ASSERT_TRUE(file.open(path_).ok());
    EXPECT_EQ(read(file), "one\ntwo\n");
    position = file.position();
  }
  EXPECT_EQ(position.head_bytes, 8u);
  EXPECT_EQ(position.real_path, path_);
  write("three\n");
  TailedFile again(position);
  ASSERT_TRUE(again.open(path_).ok());
  EXPECT_EQ(read(again), "three\n");
}

TEST_F(TailedFileTest, the_inode_of_a_file_that_is_gone_may_be_that_of_a_new_one) {
  write("one\ntwo\n");
  TailPosition position;
  {
    TailedFile file(fresh());
    ASSERT_TRUE(file.open(path_).ok());
    EXPECT_EQ(read(file), "one\ntwo\n");
    position = file.position();
  }
  replace("a new file that got the inode\n");
  TailedFile again(position);
  ASSERT_TRUE(again.open(path_).ok());
  EXPECT_EQ(read(again), "a new file that got the inode\n");
}

TEST_F(TailedFileTest, another_file_under_the_name_is_not_taken_for_it) {
  write("one\n");
  TailedFile file(fresh());
  std::filesystem::rename(path_, folder_ / "app.log.1");
  write("two\n");
  EXPECT_EQ(file.open(path_).error().code, Code::kReject);
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(file.open(folder_ / "nothing").error().code, Code::kMisconfigured);
  ASSERT_TRUE(file.open(folder_ / "app.log.1").ok());
  EXPECT_EQ(read(file), "one\n");
}

TEST_F(TailedFileTest, an_open_file_knows_where_it_went) {
  write("one\n");
  TailedFile file(fresh());
  ASSERT_TRUE(file.open(path_).ok());
  std::filesystem::rename(path_, folder_ / "app.log.1");
  file.look();
  EXPECT_EQ(file.position().path, path_);
  EXPECT_EQ(file.position().real_path, folder_ / "app.log.1");
  EXPECT_FALSE(file.is_deleted());
  std::filesystem::remove(folder_ / "app.log.1");
  file.look();
  EXPECT_TRUE(file.is_deleted());
  EXPECT_EQ(read(file), "one\n");
}

TEST_F(TailedFileTest, what_is_no_file_is_not_waited_for) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  struct stat st {};
  ASSERT_EQ(::stat(path_.c_str(), &st), 0);
  TailedFile file({.path = path_, .device = st.st_dev, .inode = st.st_ino});
  EXPECT_EQ(file.open(path_).error().code, Code::kMisconfigured);
}

}  // namespace
}  // namespace tt::net
