// Which file is which: by what it is, whatever its name.
// SPDX-License-Identifier: Apache-2.0
#include "net/known_files.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KnownFilesTest : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name) { std::ofstream(at(name), std::ios::app) << "line\n"; }
  void move(const std::string& from, const std::string& to) {
    std::filesystem::rename(at(from), at(to));
  }
  KnownFiles make(TailNotes notes = {}) {
    return {{.patterns = {at("*.log")}}, std::move(notes), std::make_shared<FileWatch>()};
  }
  /// Names of those that are not away, in the order in which they were found.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const TrackedFile& one : files_.all())
      if (!one.is_away) all.push_back(std::filesystem::path(one.file.path()).filename());
    return all;
  }

  TemporaryFolder folder_;
  KnownFiles files_ = make();
};

TEST_F(KnownFilesTest, a_renamed_file_is_the_same_and_its_name_is_that_of_a_new_one) {
  write("a.log");
  files_.look(1);
  TrackedFile* one = files_.find(at("a.log"));
  ASSERT_NE(one, nullptr);
  move("a.log", "b.log");
  write("a.log");
  files_.look(2);
  EXPECT_EQ(files_.find(at("b.log")), one);
  EXPECT_EQ(one->renamed_ns, 2);
  EXPECT_EQ(one->first_path, at("a.log"));
  const TrackedFile* other = files_.find(at("a.log"));
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other, one);
  EXPECT_GT(other->first_number, one->first_number);
}

TEST_F(KnownFilesTest, a_second_name_of_a_file_is_no_second_file) {
  write("a.log");
  std::filesystem::create_hard_link(at("a.log"), at("b.log"));
  files_.look(1);
  EXPECT_THAT(names(), ElementsAre("a.log"));
  EXPECT_EQ(files_.find(at("b.log")), nullptr);
}

TEST_F(KnownFilesTest, what_no_pattern_finds_is_away_and_kept_while_it_is_there) {
  write("a.log");
  files_.look(1);
  move("a.log", "a.old");
  files_.look(2);
  TrackedFile& one = files_.all().front();
  EXPECT_TRUE(one.is_away);
  EXPECT_EQ(files_.find(at("a.log")), nullptr);
  EXPECT_TRUE(files_.keep_away(one, 2));
  EXPECT_EQ(one.file.real_path(), at("a.old"));
  EXPECT_FALSE(one.is_over);
  EXPECT_TRUE(files_.keep_away(one, 2 + TrackedFile::kAwayNs));
  EXPECT_TRUE(one.is_over);
  std::filesystem::remove(at("a.old"));
  EXPECT_FALSE(files_.keep_away(one, 3));
  files_.forget(files_.all().begin());
  EXPECT_TRUE(files_.all().empty());
}

TEST_F(KnownFilesTest, what_is_not_wanted_any_more_is_not_waited_for) {
  write("a.log");
  files_.look(1);
  files_.change({.patterns = {at("*.txt")}});
  files_.look(2);
  EXPECT_FALSE(files_.keep_away(files_.all().front(), 2));
  // Asked by the next look, it would be one that was lost out of sight.
  files_.look(3);
  EXPECT_TRUE(files_.keep_away(files_.all().front(), 3));
}

TEST_F(KnownFilesTest, only_files_of_a_new_pattern_are_old) {
  write("a.log");
  files_.look(1);
  write("b.log");
  files_.look(2);
  EXPECT_TRUE(files_.find(at("a.log"))->must_skip);
  EXPECT_FALSE(files_.find(at("b.log"))->must_skip);
}

TEST_F(KnownFilesTest, notes_bring_back_what_was_known) {
  for (const char* name : {"b.log", "a.log"}) {
    write(name);
    files_.look(1);
  }
  const TailNotes notes = files_.notes();
  EXPECT_THAT(notes.patterns, ElementsAre(at("*.log")));
  ASSERT_EQ(notes.files.size(), 2u);
  EXPECT_EQ(notes.files[0].path, at("b.log"));
  move("b.log", "c.log");
  KnownFiles again = make(notes);
  again.look(2);
  ASSERT_NE(again.find(at("c.log")), nullptr);
  EXPECT_EQ(again.find(at("c.log"))->first_path, at("b.log"));
  EXPECT_EQ(again.all().size(), 2u);
}

TEST_F(KnownFilesTest, one_file_too_many_is_a_problem_and_is_not_taken) {
  TailNotes many;
  for (std::size_t i = 0; i < KnownFiles::kFilesMax; ++i)
    many.files.push_back({.path = "/nowhere/" + std::to_string(i), .device = 1, .inode = i});
  KnownFiles full = make(std::move(many));
  write("a.log");
  full.look(1);
  EXPECT_THAT(full.problem(), HasSubstr("more than 10000 files"));
  EXPECT_EQ(full.find(at("a.log")), nullptr);
  EXPECT_EQ(full.all().size(), KnownFiles::kFilesMax);
}

}  // namespace
}  // namespace tt::net
