// Spool: in order, once, under the same key, bounded, and never lost to a refusal.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/spool.h"

#include <gmock/gmock.h>

#include <map>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Verdict = UploadAnswer::Verdict;

/// The other side: stores each key once, as the events API does.
struct Server {
  bool is_there = true;
  std::size_t takes = 1000;         // Uploads until it goes away.
  bool loses_answer = false;        // It stores the upload, and nobody hears of it.
  std::map<std::string, int> keys;  // How often each was seen.
  std::vector<std::string> stored;

  UploadCall call() {
    return [this](const Upload& upload) -> UploadAnswer {
      if (!is_there || takes == 0) return {.verdict = Verdict::kAway, .text = "no answer"};
      --takes;
      if (keys[upload.key]++ == 0)
        stored.insert(stored.end(), upload.events.begin(), upload.events.end());
      if (loses_answer) return {.verdict = Verdict::kAway, .text = "time-out"};
      return {};
    };
  }
};

class SpoolTest : public testing::Test {
 protected:
  std::unique_ptr<Spool> open(std::uint64_t bytes_max = 256u << 20) {
    auto spool = Spool::open({.folder = "/spool",
                              .bytes_max = bytes_max,
                              .patience_ns = 0,
                              .on_fatal = [](const Error&) {}},
                             world_.seams);
    EXPECT_TRUE(spool.ok()) << (spool.ok() ? "" : spool.error().text);
    return spool.ok() ? *std::move(spool) : nullptr;
  }
  static std::vector<std::string> jsons(const std::vector<std::string>& messages) {
    std::vector<std::string> texts;
    const auto batch = make_events(messages);
    for (std::size_t i = 0; i < batch->size(); ++i) texts.emplace_back((*batch)[i].json);
    return texts;
  }
  static Spool::Drained drain(Spool& spool, Server& server) {
    auto drained = spool.drain(server.call());
    EXPECT_TRUE(drained.ok());
    return drained.ok() ? *drained : Spool::Drained();
  }

  World world_;
  Server server_;
};

TEST_F(SpoolTest, what_was_kept_is_uploaded_in_order_by_a_later_run) {
  EXPECT_FALSE(Spool::exists(world_.disk, "/spool"));
  ASSERT_TRUE(open()->append(make_events({"a", "b"}), "k1").ok());
  ASSERT_TRUE(open()->append(make_events({"c"}), "k2").ok());
  EXPECT_TRUE(Spool::exists(world_.disk, "/spool"));
  EXPECT_TRUE(Spool::has_waiting(world_.disk, "/spool"));
  const auto spool = open();
  EXPECT_EQ(spool->waiting(), 3u);
  const auto peeked = spool->peek(2);
  ASSERT_TRUE(peeked.ok());
  EXPECT_EQ(*peeked, jsons({"a", "b"}));
  const auto drained = drain(*spool, server_);
  EXPECT_EQ(drained.taken, 3u);
  EXPECT_THAT(drained.problem, IsEmpty());
  EXPECT_EQ(server_.stored, jsons({"a", "b", "c"}));
  EXPECT_EQ(spool->waiting(), 0u);
}

TEST_F(SpoolTest, an_empty_spool_is_seen_without_opening_it) {
  EXPECT_FALSE(Spool::has_waiting(world_.disk, "/spool"));
  ASSERT_TRUE(open()->append(make_events({"a"}), "k1").ok());
  EXPECT_EQ(drain(*open(), server_).taken, 1u);
  world_.disk.fail_always(MemoryDisk::Op::kWrite, retry("written to"));
  EXPECT_FALSE(Spool::has_waiting(world_.disk, "/spool"));
}

TEST_F(SpoolTest, while_the_other_side_is_away_all_of_it_waits) {
  const auto spool = open();
  ASSERT_TRUE(spool->append(make_events({"a"}), "k1").ok());
  ASSERT_TRUE(spool->append(make_events({"b"}), "k2").ok());
  server_.takes = 1;
  const auto first = drain(*spool, server_);
  EXPECT_EQ(first.taken, 1u);
  EXPECT_EQ(first.problem, "no answer");
  EXPECT_EQ(spool->waiting(), 1u);
  server_.takes = 1000;
  EXPECT_EQ(drain(*spool, server_).taken, 1u);
  EXPECT_EQ(server_.stored, jsons({"a", "b"}));
}

TEST_F(SpoolTest, an_upload_whose_answer_was_lost_is_stored_once) {
  ASSERT_TRUE(open()->append(make_events({"a", "b"}), "k1").ok());
  server_.loses_answer = true;
  EXPECT_EQ(drain(*open(), server_).taken, 0u);
  server_.loses_answer = false;
  EXPECT_EQ(drain(*open(), server_).taken, 2u);
  EXPECT_EQ(server_.keys["k1"], 2);
  EXPECT_EQ(server_.stored, jsons({"a", "b"}));
}

TEST_F(SpoolTest, a_crash_after_an_upload_repeats_it_under_the_same_key) {
  auto spool = open();
  ASSERT_TRUE(spool->append(make_events({"a"}), "k1").ok());
  ASSERT_TRUE(spool->append(make_events({"b"}), "k2").ok());
  // The power goes before the cursor is written.
  world_.disk.stop_after(0);
  (void)spool->drain(server_.call());
  world_.disk.crash();
  spool.reset();
  EXPECT_GE(drain(*open(), server_).taken, 1u);
  EXPECT_EQ(server_.stored, jsons({"a", "b"}));
}

TEST_F(SpoolTest, what_is_refused_for_good_becomes_a_dead_letter_and_blocks_nothing) {
  const auto spool = open();
  ASSERT_TRUE(spool->append(make_events({"a", "b"}), "k1").ok());
  ASSERT_TRUE(spool->append(make_events({"c"}), "k2").ok());
  ASSERT_TRUE(spool->append(make_events({"d"}), "k3").ok());
  std::vector<std::string> taken;
  const auto drained = spool->drain([&](const Upload& upload) -> UploadAnswer {
    if (upload.key == "k1") return {.status = 202, .text = "too large", .rejected = {1}};
    if (upload.key == "k2") return {.verdict = Verdict::kRefused, .status = 413, .text = "no"};
    taken = upload.events;
    return {};
  });
  ASSERT_TRUE(drained.ok());
  EXPECT_EQ(drained->taken, 2u);
  EXPECT_EQ(drained->refused, 2u);
  EXPECT_EQ(taken, jsons({"d"}));
  EXPECT_EQ(spool->waiting(), 0u);
  EXPECT_EQ(spool->refused(), 2u);
}

TEST_F(SpoolTest, what_was_refused_is_shown_with_the_reason_until_it_is_old) {
  const auto spool = open();
  ASSERT_TRUE(spool->append(make_events({"a", "b"}), "k").ok());
  const auto drained = spool->drain([](const Upload&) -> UploadAnswer {
    return {.status = 202, .text = "event 1: no", .rejected = {1}};
  });
  ASSERT_TRUE(drained.ok());
  EXPECT_EQ(spool->refused(), 1u);
  const auto letters = spool->refusals(10);
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->size(), 1u);
  EXPECT_EQ((*letters)[0].event_json, jsons({"b"})[0]);
  EXPECT_EQ((*letters)[0].error, "event 1: no");
  EXPECT_TRUE(spool->refusals(0)->empty());
}

TEST_F(SpoolTest, a_full_spool_refuses_and_has_room_again_after_it_was_drained) {
  const auto spool = open(/*bytes_max=*/8u << 20);
  const std::string message(100'000, '.');
  int kept = 0;
  Status status;
  while (kept < 1000 && (status = spool->append(make_events({message}), std::to_string(kept))).ok())
    ++kept;
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kRetry);
  EXPECT_THAT(status.error().text, HasSubstr("is full"));
  EXPECT_GT(kept, 30);
  EXPECT_EQ(drain(*spool, server_).taken, static_cast<std::uint64_t>(kept));
  EXPECT_TRUE(spool->append(make_events({message}), "after").ok());
}

TEST_F(SpoolTest, a_disk_with_too_little_room_refuses_and_says_which) {
  world_.disk.set_free_bytes(32u << 20);
  const Status status = open()->append(make_events({"a"}), "k");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kRetry);
  EXPECT_THAT(status.error().text, HasSubstr("the disk of the spool /spool has too little room"));
  world_.disk.set_free_bytes(1u << 30);
  EXPECT_TRUE(open()->append(make_events({"a"}), "k").ok());
}

TEST_F(SpoolTest, one_sender_at_a_time_has_the_folder) {
  const auto spool = open();
  const auto second = Spool::open({.folder = "/spool", .patience_ns = 0}, world_.seams);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kStopped);
}

}  // namespace
}  // namespace tt::tunnel
