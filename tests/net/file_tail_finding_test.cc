// Stories of files that come, go, and cannot be found: none is taken for another, none forgotten.
// SPDX-License-Identifier: Apache-2.0
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/file_tail_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(FileTailTest, files_that_are_there_begin_at_their_end_and_later_ones_at_their_beginning) {
  write("a.log", "old\n");
  start();
  write("a.log", "a\n");
  write("b.log", "b1\nb2\n");
  go();
  EXPECT_EQ(taken_.by_file["a.log"], "a\n");
  EXPECT_EQ(taken_.by_file["b.log"], "b1\nb2\n");
}

TEST_F(FileTailTest, or_at_their_beginning_by_choice) {
  write("a.log", "old\n");
  start("*.log", /*from_beginning=*/true);
  EXPECT_EQ(taken(), "old\n");
}

TEST_F(FileTailTest, a_removed_file_is_read_to_its_end_and_closed) {
  write("a.log", "");
  start();
  taken_.is_slow = true;
  write("a.log", "1\n");
  go();
  write("a.log", "2\nrest");
  fs::remove(at("a.log"));
  go();
  EXPECT_EQ(tail_->state().files, 1u);
  while (!taken_.waiting.empty()) {
    taken_.store();
    go();
  }
  EXPECT_EQ(taken(), "1\n2\nrest\n");
  go();
  EXPECT_EQ(tail_->state().files, 0u);
}

TEST_F(FileTailTest, also_when_its_folder_goes_with_it) {
  fs::create_directory(at("logs"));
  write("logs/a.log", "");
  start("logs/*.log");
  write("logs/a.log", "1\nrest");
  fs::remove_all(at("logs"));
  go();
  EXPECT_EQ(tail_->state().problem, at("logs") + ": No such file or directory");
  go();
  EXPECT_EQ(taken(), "1\nrest\n");
  EXPECT_EQ(tail_->state().files, 0u);
  fs::create_directory(at("logs"));
  write("logs/a.log", "2\n");
  go();
  EXPECT_EQ(taken(), "2\n");
  EXPECT_EQ(tail_->state().problem, "");
}

TEST_F(FileTailTest, lines_that_come_to_an_open_file_in_a_folder_out_of_sight_are_read) {
  fs::create_directory(at("logs"));
  write("logs/a.log", "");
  start("logs/*.log");
  std::ofstream file(at("logs/a.log"), std::ios::app);
  move("logs", "elsewhere");
  file << "1\n" << std::flush;
  go();
  EXPECT_EQ(taken(), "1\n");
  EXPECT_EQ(tail_->state().files, 1u);
}

TEST_F(FileTailTest, a_new_pattern_begins_as_the_first_one_did) {
  write("a.log", "");
  write("b.txt", "old\n");
  start();
  tail_->change({.patterns = {at("*.log"), at("*.txt")}});
  go();
  EXPECT_EQ(taken(), "");
  write("b.txt", "new\n");
  go();
  EXPECT_EQ(taken(), "new\n");
}

TEST_F(FileTailTest, what_is_not_wanted_any_more_is_let_go_at_once) {
  write("a.log", "");
  write("b.txt", "");
  start("*");
  EXPECT_EQ(tail_->state().files, 2u);
  tail_->change({.patterns = {at("*")}, .excluded = {at("*.txt")}});
  write("b.txt", "not this\n");
  go();
  EXPECT_EQ(taken(), "");
  EXPECT_EQ(tail_->state().files, 1u);
}

TEST_F(FileTailTest, a_file_that_cannot_be_read_is_named_and_tried_again) {
  // A link that leads to nothing, for root may read everything.
  start("a.log");
  EXPECT_THAT(tail_->state().problem, HasSubstr("a.log: No such file"));
  write("a.log", "now\n");
  go();
  EXPECT_THAT(tail_->state().problem, IsEmpty());
  EXPECT_EQ(taken(), "now\n");
}

/// While it lives, nothing more can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    ::rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;

 private:
  ::rlimit before_{};
};

TEST_F(FileTailTest, files_of_a_folder_that_cannot_be_looked_into_are_not_gone) {
  write("a.log", "");
  start();
  write("a.log", "1\n");
  go();
  {
    const NoDescriptors none;
    for (int i = 0; i < 3; ++i) {
      go();
      now_ns_ += FileTail::kAwayNs;
    }
    EXPECT_THAT(tail_->state().problem, HasSubstr("Too many open files"));
    EXPECT_EQ(tail_->state().files, 1u);
    write("a.log", "");
  }
  write("a.log", "2\n");
  go();
  go();
  EXPECT_EQ(taken(), "1\n2\n");
  EXPECT_THAT(tail_->state().problem, IsEmpty());
}

TEST_F(FileTailTest, nor_are_those_of_a_folder_that_is_not_there_yet_at_a_start) {
  fs::create_directory(at("logs"));
  write("logs/a.log", "1\n");
  start("logs/*.log", /*from_beginning=*/true);
  EXPECT_EQ(taken(), "1\n");
  const TailNotes notes = tail_->notes();
  const TailFiles files = tail_->wanted();
  // As where nothing is mounted yet; and where the way there is barred, which for root is a link
  // that leads to itself.
  for (const bool is_barred : {false, true}) {
    tail_.reset();
    move("logs", "elsewhere");
    if (is_barred) fs::create_symlink("logs", at("logs"));
    start(files, notes);
    now_ns_ += FileTail::kAwayNs;
    go();
    EXPECT_EQ(tail_->notes(), notes);
    fs::remove(at("logs"));
    move("elsewhere", "logs");
    go();
    EXPECT_EQ(taken(), "") << is_barred;
    EXPECT_THAT(tail_->state().problem, IsEmpty());
  }
  write("logs/a.log", "2\n");
  go();
  EXPECT_EQ(taken(), "2\n");
}

/// While it lives, names of the folder can be opened and not listed; by root neither.
class NoListing {
 public:
  explicit NoListing(std::string folder) : folder_(std::move(folder)) {
    fs::permissions(folder_, fs::perms{0311});
    ::setfsuid(65'534);
  }
  ~NoListing() {
    ::setfsuid(::geteuid());
    fs::permissions(folder_, fs::perms::owner_all);
  }
  NoListing(const NoListing&) = delete;

 private:
  const std::string folder_;
};

TEST_F(FileTailTest, a_file_that_cannot_be_looked_for_is_named_and_holds_up_no_other) {
  write("a.log", "");
  start("a.log");
  const TailNotes notes = tail_->notes();
  tail_.reset();
  write("a.log", "1\n");
  move("a.log", "a.log.1");
  write("a.log", "2\n");
  const NoListing none(folder_.path());
  start({.patterns = {at("a.log")}}, notes);
  EXPECT_EQ(taken(), "2\n");
  EXPECT_EQ(tail_->state().problem, folder_.path() + ": Permission denied");
  EXPECT_EQ(tail_->state().files, 2u);
  now_ns_ += FileTail::kAwayNs;
  go();
  EXPECT_EQ(tail_->state().problem, "");
  EXPECT_EQ(tail_->state().files, 1u);
}

TEST_F(FileTailTest, and_is_read_when_it_can_be_found_in_time) {
  write("a.log", "");
  start("a.log");
  const TailNotes notes = tail_->notes();
  tail_.reset();
  write("a.log", "1\n");
  move("a.log", "a.log.1");
  {
    const NoListing none(folder_.path());
    start({.patterns = {at("a.log")}}, notes);
    EXPECT_EQ(taken(), "");
  }
  go();
  EXPECT_EQ(taken(), "1\n");
  EXPECT_THAT(tail_->state().problem, HasSubstr("a.log: No such file"));
}

}  // namespace
}  // namespace tt::net::testing
