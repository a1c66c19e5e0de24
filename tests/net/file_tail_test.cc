// Stories of files that grow, and cannot be read: every line is handed on once.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_tail.h"

#include "net/file_tail_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

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
