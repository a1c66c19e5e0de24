// Segments: rotation, reading across them, trimming, recycling, a full disk.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

Seq fill(Tunnel& tunnel, std::size_t count, const std::string& prefix = "m") {
  Seq first = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::string message = prefix + std::to_string(i) + " ";
    message.resize(kEventBytes, '.');
    const Appended appended = append(tunnel, {message}, {.level = AckLevel::kWritten});
    EXPECT_TRUE(appended.status.ok());
    if (i == 0) first = appended.first;
  }
  return first;
}

TEST(Rotation, events_are_read_across_segments_from_disk) {
  World world;
  DiskTunnelOptions options = small_options();
  options.edge_bytes = 0;  // Only the newest group stays in memory.
  auto tunnel = open_tunnel(world, options);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = fill(*tunnel, 500);
  EXPECT_GT(tunnel->status().segment_count, 5u);
  EXPECT_FALSE(reader->at_edge());
  const auto seen = read_all(*reader, 10'000);
  EXPECT_TRUE(reader->at_edge());
  ASSERT_EQ(seen.size(), 500u);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i].seq, first + i);
    ASSERT_THAT(seen[i].message, testing::StartsWith("m" + std::to_string(i) + " "));
  }
  reader->seek(first + 321);
  EXPECT_EQ(read_all(*reader).size(), 179u);
}

TEST(Rotation, a_reopened_log_is_read_across_segments) {
  World world;
  auto tunnel = open_tunnel(world);
  const Seq first = fill(*tunnel, 300);
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(first + 150);
  const auto seen = read_all(*scan, 5'000);
  ASSERT_EQ(seen.size(), 150u);
  EXPECT_EQ(seen.front().seq, first + 150);
}

TEST(Rotation, what_an_exit_has_not_decided_is_kept) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = fill(*tunnel, 300);
  ASSERT_TRUE(tunnel->trim(0, 0).ok());
  auto scan = tunnel->scan(0);
  EXPECT_EQ(read_all(*scan).size(), 300u);
  reader->settle(0, first + 199);
  ASSERT_TRUE(reader->rewind(first + 200).ok());  // Durable now, not in 200 ms.
  ASSERT_TRUE(tunnel->trim(0, 0).ok());
  EXPECT_GT(tunnel->status().oldest, first);
  EXPECT_LE(tunnel->status().oldest, first + 200);
  EXPECT_EQ(read_all(*reader).size(), 100u);
}

TEST(Rotation, trimming_keeps_what_is_young_and_fits) {
  World world;
  auto tunnel = open_tunnel(world);
  fill(*tunnel, 200);
  const std::size_t before = tunnel->status().segment_count;
  ASSERT_TRUE(tunnel->trim(3600 * kNsPerSec, 1u << 30).ok());
  EXPECT_EQ(tunnel->status().segment_count, before);
  ASSERT_TRUE(tunnel->trim(3600 * kNsPerSec, 2 * (64u << 10)).ok());
  EXPECT_EQ(tunnel->status().segment_count, 2u);
  world.clock.advance_ns(2 * 3600 * kNsPerSec);
  fill(*tunnel, 200);
  ASSERT_TRUE(tunnel->trim(3600 * kNsPerSec, 1u << 30).ok());
  // The oldest one left still took events of the last hour.
  EXPECT_LE(tunnel->status().segment_count, before + 1);
  auto scan = tunnel->scan(0);
  EXPECT_GE(read_all(*scan).size(), 200u);
}

TEST(Rotation, recycled_segments_show_nothing_of_their_earlier_life) {
  World world;
  auto tunnel = open_tunnel(world);
  for (int round = 0; round < 5; ++round) {
    const std::string prefix = "round" + std::to_string(round) + "-";
    fill(*tunnel, 150, prefix);
    ASSERT_TRUE(tunnel->trim(0, 0).ok());
  }
  const Seq oldest = tunnel->status().oldest;
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  const auto seen = read_all(*scan);
  ASSERT_FALSE(seen.empty());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].seq, oldest + i);
    EXPECT_THAT(seen[i].message, testing::StartsWith("round4-"));
  }
}

TEST(Rotation, a_reader_holds_the_segment_it_reads) {
  World world;
  DiskTunnelOptions options = small_options();
  options.edge_bytes = 0;
  auto tunnel = open_tunnel(world, options);
  fill(*tunnel, 100);
  auto scan = tunnel->scan(0);
  ASSERT_TRUE(scan->next(1000).ok());
  ASSERT_TRUE(tunnel->trim(0, 0).ok());
  fill(*tunnel, 200, "later");
  for (const Seen& one : read_all(*scan, 1000)) {
    EXPECT_TRUE(one.message.starts_with("m") || one.message.starts_with("later"));
  }
}

TEST(Rotation, a_request_larger_than_a_segment_is_stored) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(append(*tunnel, {"before"}).status.ok());
  const std::vector<std::string> messages(20, std::string(10'000, 'x'));
  ASSERT_TRUE(append(*tunnel, messages).status.ok());
  ASSERT_TRUE(append(*tunnel, {"after"}).status.ok());
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(read_all(*scan).size(), 22u);
}

TEST(FullDisk, refuses_intake_and_resumes_by_itself) {
  World world;
  DiskTunnelOptions options = small_options();
  options.free_bytes_min = 128u << 10;
  auto tunnel = open_tunnel(world, options);
  ASSERT_TRUE(append(*tunnel, {"a"}).status.ok());
  world.disk.set_free_bytes(64u << 10);
  world.clock.advance_ns(kNsPerSec);
  const Appended refused = append(*tunnel, {"b"});
  ASSERT_FALSE(refused.status.ok());
  EXPECT_EQ(refused.status.error().code, Code::kRetry);
  EXPECT_TRUE(tunnel->status().is_full);
  world.disk.set_free_bytes(200u << 10);  // More than it takes to begin, less than to end.
  world.clock.advance_ns(kNsPerSec);
  EXPECT_FALSE(append(*tunnel, {"c"}).status.ok());
  world.disk.set_free_bytes(512u << 10);
  world.clock.advance_ns(kNsPerSec);
  EXPECT_TRUE(append(*tunnel, {"d"}).status.ok());
  EXPECT_FALSE(tunnel->status().is_full);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(messages_of(read_all(*scan)), (std::vector<std::string>{"a", "d"}));
}

TEST(FullDisk, keeps_exits_reading_and_settling) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = append(*tunnel, {"a"}).first;
  world.disk.set_free_bytes(0);
  EXPECT_EQ(read_all(*reader).size(), 1u);
  reader->settle(0, first);
  EXPECT_TRUE(reader->rewind(first + 1).ok());
}

TEST(FullDisk, starts_without_any_free_byte) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(append(*tunnel, {"a"}).status.ok());
  world.disk.kill();
  tunnel.reset();
  world.disk.set_free_bytes(0);
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(messages_of(read_all(*scan)), std::vector<std::string>{"a"});
}

TEST(FullDisk, a_write_that_fails_halfway_leaves_nothing_behind) {
  World world;
  auto tunnel = open_tunnel(world);
  const Seq first = append(*tunnel, {"a"}).first;
  world.disk.fail_next(MemoryDisk::Op::kWrite, retry("no space"));
  const Appended refused = append(*tunnel, {"refused"}, {.key = "k"});
  ASSERT_FALSE(refused.status.ok());
  EXPECT_EQ(refused.status.error().code, Code::kRetry);
  world.clock.advance_ns(kNsPerSec);
  const Appended again = append(*tunnel, {"b"}, {.key = "k"});
  ASSERT_TRUE(again.status.ok());
  EXPECT_FALSE(again.is_repeat) << "a refused request leaves no key";
  EXPECT_EQ(again.first, first + 1);
  world.disk.kill();
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(messages_of(read_all(*scan)), (std::vector<std::string>{"a", "b"}));
}

TEST(FullDisk, segments_that_cannot_be_made_refuse_and_lose_nothing) {
  World world;
  auto tunnel = open_tunnel(world);
  std::size_t stored = 0;
  world.disk.set_free_bytes(100u << 10);
  const std::string message(2000, 'x');
  Appended last;
  for (int i = 0; i < 300; ++i) {
    last = append(*tunnel, {message});
    if (!last.status.ok()) break;
    ++stored;
  }
  ASSERT_FALSE(last.status.ok());
  EXPECT_EQ(last.status.error().code, Code::kRetry);
  world.disk.set_free_bytes(10u << 20);
  world.clock.advance_ns(kNsPerSec);
  ASSERT_TRUE(append(*tunnel, {message}).status.ok());
  tunnel.reset();
  tunnel = open_tunnel(world);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(read_all(*scan).size(), stored + 1);
}

TEST(Fatal, a_failed_sync_acknowledges_nothing_ever_after) {
  World world;
  int fatal = 0;
  DiskTunnelOptions options = small_options();
  options.on_fatal = [&](const Error&) { ++fatal; };
  auto tunnel = open_tunnel(world, options);
  ASSERT_TRUE(append(*tunnel, {"a"}).status.ok());
  world.disk.fail_next(MemoryDisk::Op::kSync, reject("input/output error"));
  const Appended refused = append(*tunnel, {"b"});
  ASSERT_FALSE(refused.status.ok());
  EXPECT_EQ(refused.status.error().code, Code::kStopped);
  EXPECT_EQ(fatal, 1);
  // The next sync would succeed, and that would be a lie.
  EXPECT_FALSE(append(*tunnel, {"c"}).status.ok());
  EXPECT_FALSE(append(*tunnel, {"d"}, {.level = AckLevel::kWritten}).status.ok());
  auto scan = tunnel->scan(0);
  EXPECT_EQ(messages_of(read_all(*scan)), std::vector<std::string>{"a"});
}

TEST(Groups, written_requests_do_not_wait_for_a_sync) {
  World world;
  auto tunnel = open_tunnel(world);
  const std::uint64_t before = world.disk.count(MemoryDisk::Op::kSync);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(append(*tunnel, {"a"}, {.level = AckLevel::kWritten}).status.ok());
  }
  EXPECT_EQ(world.disk.count(MemoryDisk::Op::kSync), before);
  // Nor for ever: once a second has passed the committer syncs by itself.
  world.clock.advance_ns(kNsPerSec);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (world.disk.count(MemoryDisk::Op::kSync) == before &&
         std::chrono::steady_clock::now() < patience)
    std::this_thread::yield();
  EXPECT_GT(world.disk.count(MemoryDisk::Op::kSync), before);
}

TEST(Groups, requests_that_come_during_a_sync_share_the_next) {
  World world;
  auto tunnel = open_tunnel(world);
  std::vector<std::future<Appended>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(append_later(*tunnel, {"a"}));
  for (auto& answer : answers) ASSERT_TRUE(answer.get().status.ok());
  EXPECT_NE(world.metrics.render().find("tt_tunnel_groups_total"), std::string::npos);
  EXPECT_LE(world.metrics.counter("tt_tunnel_groups_total", "").value(), 200u);
  EXPECT_EQ(world.metrics.counter("tt_tunnel_records_total", "").value(), 200u);
}

TEST(Groups, a_repeat_that_comes_too_early_waits_for_the_first) {
  World world;
  auto tunnel = open_tunnel(world);
  std::vector<std::future<Appended>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(append_later(*tunnel, {"a"}, {.key = "k"}));
  int stored = 0;
  Seq first = 0;
  for (auto& answer : answers) {
    const Appended appended = answer.get();
    ASSERT_TRUE(appended.status.ok());
    if (!appended.is_repeat) ++stored;
    if (first == 0) first = appended.first;
    EXPECT_EQ(appended.first, first);
  }
  EXPECT_EQ(stored, 1);
  auto scan = tunnel->scan(0);
  EXPECT_EQ(read_all(*scan).size(), 1u);
}

TEST(Groups, appends_beyond_the_budget_are_refused) {
  World world;
  DiskTunnelOptions options = small_options();
  options.pending_bytes_max = 10'000;
  auto tunnel = open_tunnel(world, options);
  std::vector<std::future<Appended>> answers;
  for (int i = 0; i < 500; ++i) answers.push_back(append_later(*tunnel, {std::string(1000, 'x')}));
  std::size_t stored = 0;
  for (auto& answer : answers) {
    const Appended appended = answer.get();
    if (appended.status.ok()) {
      ++stored;
    } else {
      EXPECT_EQ(appended.status.error().code, Code::kRetry);
    }
  }
  auto scan = tunnel->scan(0);
  EXPECT_EQ(read_all(*scan).size(), stored);
  EXPECT_FALSE(append(*tunnel, {std::string(20'000, 'x')}).status.ok());
}

}  // namespace
}  // namespace tt::tunnel
