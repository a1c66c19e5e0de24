// The file that says how far files are read: written and read back, damaged, on a disk that fails.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tail_notes.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/memory_disk.h"

namespace tt::pipeline {
namespace {

AllTailNotes some_notes() {
  AllTailNotes notes;
  notes["app"] = {.patterns = {"/var/log/*.log", "/srv/\"odd\" name.log"},
                  .files = {{.path = "/var/log/a.log",
                             .first_path = "/var/log/b.log",
                             .first_number = UINT64_MAX - 2,
                             .real_path = "/var/log/a.log.1",
                             .device = 66'306,
                             .inode = UINT64_MAX,
                             .offset = 1ull << 60,
                             .head_bytes = 256,
                             .head_hash = UINT64_MAX - 1},
                            {.path = "/var/log/empty.log"}}};
  notes["other"] = {};
  return notes;
}

class TailFileTest : public ::testing::Test {
 protected:
  TailFileTest() { log::set_level(log::Level::kOff); }
  TailFile open() { return TailFile(disk_, "."); }
  MemoryDisk disk_;
};

TEST(TailNotes, are_read_as_they_were_written) {
  const auto read = decode_tails(encode_tails(some_notes()));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, some_notes());
}

TEST(TailNotes, damage_is_noticed) {
  const std::string good = encode_tails(some_notes());
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    EXPECT_FALSE(decode_tails(good.substr(0, bytes)).ok()) << bytes;
  for (const char* bad :
       {"[]", "{}", R"({"entries":[{"entry":"a"}]})",
        R"({"entries":[{"entry":"a","files":[{"path":"/a","head_bytes":9999}]}]})",
        R"({"entries":[{"entry":"a","files":[{"path":"/a","head_bytes":0,"device":"-1"}]}]})"})
    EXPECT_FALSE(decode_tails(bad).ok()) << bad;
}

TEST(TailNotes, of_a_file_that_was_not_renamed_say_no_first_path_and_older_ones_no_number) {
  AllTailNotes notes;
  notes["app"].files = {{.path = "/a.log"}};
  const std::string text = encode_tails(notes);
  EXPECT_EQ(text.find("first_"), std::string::npos);
  const auto read = decode_tails(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, notes);
}

TEST_F(TailFileTest, survives_a_power_cut) {
  open().keep(some_notes());
  disk_.crash();
  EXPECT_EQ(open().restore(), some_notes());
}

TEST_F(TailFileTest, is_written_only_when_something_changed) {
  TailFile file = open();
  file.keep({});
  EXPECT_FALSE(disk_.exists("./tails.json"));
  file.keep(some_notes());
  const std::uint64_t writes = disk_.count(MemoryDisk::Op::kWrite);
  file.keep(some_notes());
  EXPECT_EQ(disk_.count(MemoryDisk::Op::kWrite), writes);
}

TEST_F(TailFileTest, a_failed_write_is_tried_again) {
  TailFile file = open();
  disk_.fail_next(MemoryDisk::Op::kSync, retry("no space"));
  file.keep(some_notes());
  EXPECT_NE(file.kept(), some_notes());
  file.keep(some_notes());
  EXPECT_EQ(open().restore(), some_notes());
}

TEST_F(TailFileTest, what_cannot_be_read_stops_no_start) {
  ASSERT_TRUE(write_file(disk_, "./tails.json", "{\"entries\":").ok());
  EXPECT_EQ(open().restore(), AllTailNotes{});
}

}  // namespace
}  // namespace tt::pipeline
