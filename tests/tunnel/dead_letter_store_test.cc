// The store of dead letters: full, damaged, on a full disk and on a failing one.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/dead_letter_store.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/memory_disk.h"
#include "base/random.h"

namespace tt::tunnel {
namespace {

class DeadStore : public testing::Test {
 protected:
  DeadStore() : identity_(LogIdentity::make(random_, 0)) { log::set_level(log::Level::kOff); }
  ~DeadStore() override { log::set_level(log::Level::kInfo); }

  std::unique_ptr<DeadLetterStore> open(const std::string& folder = "/dead") {
    auto store = std::make_unique<DeadLetterStore>(disk_, clock_, metrics_, identity_, folder,
                                                   [this](const Error&) { ++fatal_; });
    EXPECT_TRUE(store->open().ok());
    return store;
  }
  /// A letter of about 4 MiB: four of them fill a file.
  Result<std::uint64_t> append(DeadLetterStore& store, Seq seq) {
    return store.append({.exit = "exit", .seq = seq, .event_json = std::string(4u << 20, 'x')});
  }
  std::uint64_t counted(const std::string& name) { return metrics_.counter(name, "").value(); }

  ManualClock clock_;
  MemoryDisk disk_;
  Metrics metrics_;
  SeededRandom random_{3};
  LogIdentity identity_;
  int fatal_ = 0;
};

TEST_F(DeadStore, on_a_full_disk_the_oldest_make_room_for_the_newest_and_are_counted) {
  auto store = open();
  for (Seq seq = 1; seq <= 10; ++seq) ASSERT_TRUE(append(*store, seq).ok());
  disk_.set_free_bytes(1000);
  ASSERT_TRUE(append(*store, 11).ok());
  const std::uint64_t dropped = counted("tt_tunnel_dead_dropped_total");
  EXPECT_GT(dropped, 0u);
  const auto left = store->list("exit", 0, 100);
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(left->size(), 11 - dropped);
  EXPECT_EQ(left->back().seq, 11u);
  EXPECT_EQ(fatal_, 0);
}

TEST_F(DeadStore, with_no_room_and_nothing_older_asks_to_try_again) {
  auto store = open();
  disk_.set_free_bytes(100);
  const auto refused = append(*store, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kRetry);
  disk_.set_free_bytes(64u << 20);
  EXPECT_TRUE(append(*store, 1).ok());
  EXPECT_EQ(fatal_, 0);
}

TEST_F(DeadStore, keeps_nothing_more_after_a_write_that_failed_for_good) {
  auto store = open();
  ASSERT_TRUE(append(*store, 1).ok());
  disk_.fail_next(MemoryDisk::Op::kWrite, reject("input/output error"));
  EXPECT_FALSE(append(*store, 2).ok());
  EXPECT_EQ(fatal_, 1);
  EXPECT_FALSE(append(*store, 3).ok()) << "the next one could succeed, and that says nothing";
  store = open();
  EXPECT_EQ(store->list("exit", 0, 10)->size(), 1u);
  EXPECT_TRUE(append(*store, 4).ok());
}

TEST_F(DeadStore, reports_damaged_letters_and_keeps_the_others) {
  auto store = open();
  for (Seq seq = 1; seq <= 3; ++seq) {
    ASSERT_TRUE(store->append({.exit = "exit", .seq = seq, .event_json = "{\"a\":1}"}).ok());
  }
  store.reset();
  const std::string file = "/dead/exit/" + segment_name(1);
  const std::size_t first = disk_.bytes(file).find("{\"a\":1}");
  disk_.flip_bit(file, disk_.bytes(file).find("{\"a\":1}", first + 1) * 8);
  store = open();
  EXPECT_EQ(store->list("exit", 0, 10)->size(), 2u);
  EXPECT_EQ(counted("tt_tunnel_dead_damaged_total"), 1u);
}

TEST_F(DeadStore, keeps_a_letter_whatever_the_life_that_made_its_file_had_time_for) {
  for (std::uint64_t changes = 0;; ++changes) {
    ASSERT_LT(changes, 100u);
    const std::string folder = "/dead" + std::to_string(changes);
    auto store = open(folder);
    disk_.stop_after(changes);
    const bool is_complete = store->append({.exit = "exit", .seq = 1}).ok();
    store.reset();
    disk_.kill();
    store = open(folder);
    ASSERT_TRUE(store->append({.exit = "exit", .seq = 2}).ok());
    store.reset();
    disk_.crash();
    store = open(folder);
    const auto letters = store->list("exit", 0, 10);
    ASSERT_TRUE(letters.ok());
    ASSERT_FALSE(letters->empty()) << "killed after " << changes << " changes";
    EXPECT_EQ(letters->back().seq, 2u);
    if (is_complete) return;
  }
}

TEST_F(DeadStore, does_not_start_over_a_file_that_it_could_not_open_for_now) {
  auto store = open();
  ASSERT_TRUE(append(*store, 1).ok());
  store.reset();
  disk_.fail_next(MemoryDisk::Op::kOpen, retry("too many open files"));
  DeadLetterStore refused(disk_, clock_, metrics_, identity_, "/dead");
  const Status opened = refused.open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kRetry);
  store = open();
  EXPECT_EQ(store->list("exit", 0, 10)->size(), 1u);
}

}  // namespace
}  // namespace tt::tunnel
