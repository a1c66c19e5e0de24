// Stories of files that grow, go, and cannot be read: every line is handed on once.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_tail.h"

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

TEST_F(FileTailTest, a_copied_and_truncated_file_goes_on_at_its_beginning) {
  write("a.log", "");
  start();
  write("a.log", "1\n2\n");
  go();
  fs::copy_file(at("a.log"), at("a.log.1"));
  fs::resize_file(at("a.log"), 0);
  write("a.log", "3\n");
  go();
  EXPECT_EQ(taken(), "1\n2\n3\n");
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

TEST_F(FileTailTest, no_more_is_read_of_a_file_than_is_stored) {
  write("a.log", "");
  start();
  taken_.is_slow = true;
  for (int i = 0; i < 3; ++i) {
    write("a.log", std::string(4000, 'x') + "\n");
    go();
  }
  EXPECT_EQ(taken_.text.size(), 4001u);
  EXPECT_EQ(tail_->runs(), 1u);
  EXPECT_EQ(tail_->notes().files.at(0).offset, 0u);
  EXPECT_EQ(tail_->state().unread_bytes, 8002u);
  taken_.store();
  tail_->settle();
  EXPECT_EQ(tail_->notes().files.at(0).offset, 4001u);
}

TEST_F(FileTailTest, each_file_has_its_turn) {
  for (const char* name : {"a.log", "b.log", "c.log"}) write(name, "");
  start();
  taken_.is_slow = true;
  for (const char* name : {"a.log", "b.log", "c.log"})
    for (int i = 0; i < 2; ++i) write(name, std::string(4000, name[0]) + "\n");
  tail_->look(now_ns_ += kNsPerSec);
  std::string order;
  for (int i = 0; i < 6; ++i) {
    tail_->read_some(buffer_, 1);
    order += taken_.text.empty() ? ' ' : taken_.text[taken_.text.size() - 2];
    taken_.store();
  }
  EXPECT_EQ(order, "abcabc");
}

TEST_F(FileTailTest, a_restart_goes_on_where_it_was_noted) {
  write("a.log", "");
  start();
  write("a.log", "1\n");
  go();
  taken_.is_slow = true;
  write("a.log", "2\n");
  go();
  write("a.log", "3\n");
  write("new.log", "came meanwhile\n");
  restart();
  EXPECT_EQ(taken_.by_file["a.log"], "2\n3\n");
  EXPECT_EQ(taken_.by_file["new.log"], "came meanwhile\n");
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

TEST_F(FileTailTest, while_nothing_is_taken_nothing_is_lost) {
  write("a.log", "");
  taken_.is_closed = true;
  start();
  write("a.log", "1\n");
  go();
  taken_.is_closed = false;
  go();
  EXPECT_EQ(taken(), "1\n");
}

TEST_F(FileTailTest, more_files_than_may_be_open_take_turns) {
  constexpr int kFiles = static_cast<int>(FileTail::kOpenFilesMax) + 20;
  start();
  for (int i = 0; i < kFiles; ++i) write(std::to_string(i) + ".log", "1\n");
  go();
  EXPECT_EQ(taken_.by_file.size(), static_cast<std::size_t>(kFiles));
  for (int i = 0; i < kFiles; ++i) write(std::to_string(i) + ".log", "2\n");
  go();
  for (const auto& [name, text] : taken_.by_file) EXPECT_EQ(text, "1\n2\n") << name;
}

TEST_F(FileTailTest, more_files_than_may_be_open_all_begin_at_their_end) {
  constexpr int kFiles = static_cast<int>(FileTail::kOpenFilesMax) + 20;
  for (int i = 0; i < kFiles; ++i) write(std::to_string(i) + ".log", "old\nhalf");
  start();
  for (const TailPosition& position : tail_->notes().files) EXPECT_EQ(position.offset, 4u);
  restart();
  EXPECT_EQ(taken(), "");
  for (int i = 0; i < kFiles; ++i) write(std::to_string(i) + ".log", " of it\n");
  go();
  EXPECT_EQ(taken_.by_file.size(), static_cast<std::size_t>(kFiles));
  for (const auto& [name, text] : taken_.by_file) EXPECT_EQ(text, "half of it\n") << name;
}

TEST_F(FileTailTest, a_file_whose_end_cannot_be_found_is_named_and_tried_again) {
  // It opens, and cannot be read: nothing is at address 0.
  fs::create_symlink("/proc/self/mem", at("b.txt"));
  start("*.txt");
  EXPECT_THAT(tail_->state().problem, HasSubstr("b.txt"));
  EXPECT_EQ(tail_->state().files, 1u);
  go();
  EXPECT_THAT(tail_->state().problem, HasSubstr("b.txt"));
  EXPECT_EQ(taken(), "");
}

TEST_F(FileTailTest, a_write_that_was_told_needs_no_look) {
  write("a.log", "");
  start();
  write("a.log", "1\n");
  tail_->on_written(at("a.log"), now_ns_);
  tail_->on_written(at("other.log"), now_ns_);
  tail_->read_some(buffer_, 16);
  EXPECT_EQ(taken(), "1\n");
}

}  // namespace
}  // namespace tt::net::testing
