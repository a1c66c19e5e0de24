// Stories of rotation: every line is handed on, in order, once.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_tail_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::IsEmpty;

class FileTailRotation : public FileTailTest {};

TEST_F(FileTailRotation, a_renamed_file_is_read_to_its_end_before_the_one_that_has_its_name) {
  write("a.log", "");
  start();
  taken_.is_slow = true;
  write("a.log", "1\n");
  go();
  write("a.log", "2\n");
  move("a.log", "a.log.1");
  write("a.log", "4\n");
  go();
  // Who writes has not heard of it yet.
  write("a.log.1", "3\n");
  EXPECT_EQ(taken_.text, "1\n");
  while (!taken_.waiting.empty()) {
    taken_.store();
    go();
  }
  EXPECT_EQ(taken_.text, "1\n2\n3\n4\n");
}

TEST_F(FileTailRotation, lines_that_come_late_to_a_renamed_file_come_first_too) {
  write("a.log", "");
  start();
  move("a.log", "a.log.1");
  write("a.log", "");
  go();
  for (const char* line : {"1\n", "3\n", "5\n"}) {
    write("a.log.1", line);
    write("a.log", std::string(1, static_cast<char>(line[0] + 1)) + "\n");
    // The kernel tells of the name that is known, and nobody looks.
    tail_->on_written(at("a.log"), now_ns_);
    while (tail_->read_some(buffer_, 16)) {
    }
  }
  EXPECT_EQ(taken(), "1\n2\n3\n4\n5\n6\n");
}

TEST_F(FileTailRotation, a_renamed_file_is_let_go_when_nothing_has_come_for_a_while) {
  write("a.log", "");
  start();
  write("a.log", "one\nwithout end");
  move("a.log", "a.log.1");
  go();
  EXPECT_EQ(taken(), "one\n");
  EXPECT_EQ(tail_->state().files, 1u);
  now_ns_ += FileTail::kAwayNs;
  go();
  EXPECT_EQ(taken(), "without end\n");
  go();
  EXPECT_EQ(tail_->state().files, 0u);
  EXPECT_THAT(tail_->notes().files, IsEmpty());
}

TEST_F(FileTailRotation, a_pattern_that_finds_rotated_files_too_reads_no_line_twice) {
  write("a.log", "");
  start("a.log*");
  for (int i = 1; i < 6; ++i) {
    write("a.log", std::to_string(i) + "\n");
    for (int n = i; n > 1; --n)
      if (fs::exists(at("a.log." + std::to_string(n - 1))))
        move("a.log." + std::to_string(n - 1), "a.log." + std::to_string(n));
    move("a.log", "a.log.1");
    write("a.log", "");
    go();
  }
  EXPECT_EQ(taken(), "1\n2\n3\n4\n5\n");
}

TEST_F(FileTailRotation, and_reads_them_in_their_order) {
  const auto lines = [](char c) { return std::string(10'000, c) + "\n"; };
  write("a.log", "");
  start("a.log*");
  const auto rotate = [&] {
    if (fs::exists(at("a.log.1"))) move("a.log.1", "a.log.2");
    move("a.log", "a.log.1");
  };
  taken_.is_slow = true;
  write("a.log", lines('1'));
  rotate();
  write("a.log", lines('2'));
  go();
  rotate();
  write("a.log", lines('3'));
  // Who writes may not have heard of it.
  write("a.log.2", "4\n");
  for (int i = 0; i < 30; ++i) {
    go();
    taken_.store();
  }
  EXPECT_EQ(taken(), lines('1') + "4\n" + lines('2') + lines('3'));
}

TEST_F(FileTailRotation, also_what_was_not_read_at_a_restart) {
  const auto lines = [](char c) { return std::string(10'000, c) + "\n"; };
  write("a.log", "");
  start("a.log*");
  write("a.log", lines('1'));
  const TailNotes notes = tail_->notes();
  const TailFiles files = tail_->wanted();
  tail_.reset();
  move("a.log", "a.log.1");
  write("a.log", lines('2'));
  start(files, notes);
  EXPECT_EQ(taken(), lines('1') + lines('2'));
}

TEST_F(FileTailRotation, and_what_was_rotated_before_it) {
  const auto lines = [](char c) { return std::string(10'000, c) + "\n"; };
  write("a.log", "");
  start("a.log*");
  taken_.is_slow = true;
  write("a.log", "");
  move("a.log", "a.log.1");
  write("a.log", "");
  go();
  move("a.log.1", "a.log.2");
  move("a.log", "a.log.1");
  write("a.log", "");
  go();
  write("a.log", lines('3') + "5\n");
  write("a.log.1", lines('2'));
  write("a.log.2", lines('1'));
  go();
  restart();
  EXPECT_EQ(taken(), lines('1') + lines('2') + lines('3') + "5\n");
  // Who writes may not have heard of it yet.
  write("a.log", "7\n");
  write("a.log.1", "6\n");
  go();
  EXPECT_EQ(taken(), "6\n7\n");
  // Once more, and what comes now is younger than all of them.
  move("a.log.2", "a.log.3");
  move("a.log.1", "a.log.2");
  move("a.log", "a.log.1");
  write("a.log.1", "8\n");
  write("a.log", "9\n");
  restart();
  EXPECT_EQ(taken(), "8\n9\n");
}

TEST_F(FileTailRotation, a_file_that_was_rotated_while_nobody_looked_is_found_again) {
  write("a.log", "");
  start();
  write("a.log", "1\n");
  go();
  const TailNotes notes = tail_->notes();
  const TailFiles files = tail_->wanted();
  tail_.reset();
  write("a.log", "2\n");
  move("a.log", "a.log-20260131");
  write("a.log", "3\n");
  start(files, notes);
  EXPECT_EQ(taken(), "1\n2\n3\n");
}

TEST_F(FileTailRotation, files_that_were_rotated_one_after_the_other_are_read_in_that_order) {
  write("a.log", "");
  start();
  write("a.log", "1\n");
  go();
  write("a.log", "2\n");
  move("a.log", "a.log.1");
  write("a.log", "");
  restart();
  write("a.log.1", "3\n");
  go();
  EXPECT_EQ(taken(), "2\n3\n");
  // The last that was read is the older one: nothing that a restart may go by.
  write("a.log.1", "4\n");
  write("a.log", "5\n");
  move("a.log.1", "a.log.2");
  move("a.log", "a.log.1");
  write("a.log", "6\n");
  restart();
  EXPECT_EQ(taken(), "4\n5\n6\n");
}

TEST_F(FileTailRotation, also_when_the_younger_one_had_another_name_before) {
  write("a.log", "");
  write("b.log", "");
  start();
  move("b.log", "b.log.1");
  move("a.log", "b.log");
  go();
  move("b.log.1", "b.log.2");
  move("b.log", "b.log.1");
  write("b.log.2", "1\n");
  write("b.log.1", "2\n");
  write("b.log", "3\n");
  go();
  EXPECT_EQ(taken(), "1\n2\n3\n");
}

TEST_F(FileTailRotation, also_in_another_folder_when_that_was_seen) {
  fs::create_directory(at("old"));
  write("a.log", "");
  start();
  move("a.log", "old/a.log.1");
  go();
  write("old/a.log.1", "late\n");
  restart();
  EXPECT_EQ(taken(), "late\n");
}

}  // namespace
}  // namespace tt::net::testing
