// Cursor files: rounds over both files, damage, growth, names that come and go.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/cursor_store.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"
#include "base/random.h"

namespace tt::tunnel {
namespace {

class CursorFiles : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(disk_.create_directories("/d").ok());
    identity_ = LogIdentity::make(random_, 0);
  }
  std::unique_ptr<CursorStore> open() {
    auto store =
        CursorStore::open("/d", identity_, {disk_, clock_, system_spawner()}, [](const Error&) {});
    EXPECT_TRUE(store.ok());
    return store.ok() ? *std::move(store) : nullptr;
  }
  ManualClock clock_;
  MemoryDisk disk_;
  SeededRandom random_{5};
  LogIdentity identity_;
};

TEST_F(CursorFiles, many_moves_go_round_both_files) {
  auto store = open();
  auto cursor = store->create("exit", 0);
  ASSERT_TRUE(cursor.ok());
  auto other = store->create("other", 77);
  ASSERT_TRUE(other.ok());
  // A frame of 72 bytes: 1 MiB takes 14,000 of them.
  for (Seq seq = 1; seq <= 40'000; ++seq) {
    (*cursor)->settle(0, seq);
    store->touch(*cursor);
    ASSERT_TRUE(store->flush().ok());
  }
  disk_.crash();
  store.reset();
  store = open();
  EXPECT_FALSE(store->was_lost());
  EXPECT_EQ(store->find("exit")->low(), 40'000u);
  EXPECT_EQ(store->find("other")->low(), 77u);
}

TEST_F(CursorFiles, a_crash_at_any_change_keeps_what_was_flushed) {
  for (std::uint64_t changes = 0; changes < 40; ++changes) {
    MemoryDisk disk;
    ASSERT_TRUE(disk.create_directories("/d").ok());
    SeededRandom chance(changes);
    Seq flushed = 0;
    for (int life = 0; life < 3; ++life) {
      disk.stop_after(changes);
      auto store =
          CursorStore::open("/d", identity_, {disk, clock_, system_spawner()}, [](const Error&) {});
      if (store.ok()) {
        SharedCursor cursor = (*store)->find("exit");
        if (!cursor) {
          ASSERT_EQ(flushed, 0u) << changes;
          auto created = (*store)->create("exit", 1);
          if (created.ok()) cursor = *created;
        }
        if (cursor) {
          ASSERT_GE(cursor->low(), flushed) << changes;
          for (Seq seq = flushed + 1; seq < flushed + 10; ++seq) {
            cursor->settle(0, seq);
            (*store)->touch(cursor);
            if (!(*store)->flush().ok()) break;
            flushed = seq;
          }
        }
      }
      disk.crash(&chance);
    }
  }
}

TEST_F(CursorFiles, files_grow_with_what_they_must_hold) {
  auto store = open();
  for (int i = 0; i < 100; ++i) {
    auto cursor = store->create("exit-" + std::to_string(i), 0);
    ASSERT_TRUE(cursor.ok());
    for (Seq seq = 10; seq < 10 + 2 * kCursorRangesMax; seq += 2) (*cursor)->settle(seq, seq + 1);
    store->touch(*cursor);
  }
  ASSERT_TRUE(store->flush().ok());
  store.reset();
  store = open();
  EXPECT_TRUE(store->find("exit-99")->contains(10));
  EXPECT_FALSE(store->find("exit-99")->contains(11));
  EXPECT_EQ(store->closed().size(), 100u);
}

TEST_F(CursorFiles, removed_and_renamed_exits_stay_so) {
  auto store = open();
  ASSERT_TRUE(store->create("a", 5).ok());
  ASSERT_TRUE(store->create("b", 6).ok());
  ASSERT_TRUE(store->remove("a").ok());
  ASSERT_TRUE(store->rename("b", "c").ok());
  disk_.crash();
  store.reset();
  store = open();
  EXPECT_EQ(store->closed(), std::vector<std::string>{"c"});
  EXPECT_EQ(store->find("c")->low(), 6u);
}

TEST_F(CursorFiles, are_not_begun_anew_when_they_cannot_be_read_for_now) {
  auto store = open();
  ASSERT_TRUE(store->create("exit", 77).ok());
  store.reset();
  for (std::uint64_t skip = 0; skip < 2; ++skip) {
    disk_.fail_next(MemoryDisk::Op::kOpen, retry("too many open files"), skip);
    const auto refused =
        CursorStore::open("/d", identity_, {disk_, clock_, system_spawner()}, [](const Error&) {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kRetry);
  }
  store = open();
  EXPECT_EQ(store->find("exit")->low(), 77u);
}

// Each step a frame that claims the whole rest of the file: checksums of it all would take hours.
TEST_F(CursorFiles, made_to_waste_time_are_given_up_soon) {
  const std::uint32_t seed = seed_of(identity_.salt("cursors", 0));
  std::string bytes = encode_cursor_frame({.is_snapshot = true, .generation = 1}, seed);
  const std::size_t snapshot = bytes.size();
  bytes.resize(1u << 20);
  for (std::size_t at = snapshot; at + 16 <= bytes.size(); at += 8) {
    std::memcpy(bytes.data() + at, "TTC1", 4);
    const auto claimed = static_cast<std::uint32_t>(bytes.size() - at - kCursorFrameBytes);
    if (at % 16 == 0) std::memcpy(bytes.data() + at + 8, &claimed, 4);
  }
  const auto state = read_cursor_file(bytes, seed);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->generation, 1u);
}

TEST_F(CursorFiles, one_flipped_bit_moves_no_cursor_forward) {
  auto store = open();
  auto cursor = store->create("exit", 100);
  ASSERT_TRUE(cursor.ok());
  (*cursor)->settle(0, 200);
  store->touch(*cursor);
  ASSERT_TRUE(store->flush().ok());
  store.reset();
  const std::string a = disk_.bytes("/d/cursors.a").substr(0, 1024);
  const std::string b = disk_.bytes("/d/cursors.b").substr(0, 1024);
  const std::uint32_t seed = seed_of(identity_.salt("cursors", 0));
  for (std::string bytes : {a, b}) {
    for (std::size_t bit = 0; bit < 400 * 8; ++bit) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      const auto state = read_cursor_file(damaged, seed);
      if (!state || !state->cursors.contains("exit")) continue;
      ASSERT_LE(state->cursors.at("exit").low, 200u);
    }
  }
}

}  // namespace
}  // namespace tt::tunnel
