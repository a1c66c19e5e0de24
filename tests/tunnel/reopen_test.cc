// What survives a stop, a kill and a power cut.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/disk.h"
#include "tunnel/fixture.h"
#include "tunnel/record_format.h"

namespace tt::tunnel {
namespace {

std::vector<Seen> scan_all(Tunnel& tunnel) {
  auto scan = tunnel.scan(0);
  return read_all(*scan);
}

TEST(Reopen, a_clean_stop_goes_on_with_the_next_seq) {
  World world;
  auto tunnel = open_tunnel(world);
  const std::string log(tunnel->log_id());
  const Seq first = append(*tunnel, {"a", "b"}).first;
  ASSERT_TRUE(tunnel->close().ok());
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_EQ(tunnel->log_id(), log);
  EXPECT_EQ(append(*tunnel, {"c"}).first, first + 2);
  EXPECT_EQ(messages_of(scan_all(*tunnel)), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Reopen, a_clean_stop_is_believed_once) {
  World world;
  auto tunnel = open_tunnel(world);
  const Seq first = append(*tunnel, {"a"}).first;
  tunnel.reset();
  tunnel = open_tunnel(world);
  // Seen by exits and then gone: its seq must not come back for another event.
  const Seq lost = append(*tunnel, {"b"}, {.level = AckLevel::kWritten}).first;
  EXPECT_EQ(lost, first + 1);
  world.disk.crash();
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_GT(append(*tunnel, {"c"}).first, lost);
}

TEST(Reopen, written_events_survive_a_kill) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(append(*tunnel, {"a"}, {.level = AckLevel::kWritten}).status.ok());
  world.disk.kill();
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_EQ(messages_of(scan_all(*tunnel)), std::vector<std::string>{"a"});
}

TEST(Reopen, after_a_kill_the_next_seq_jumps) {
  World world;
  auto tunnel = open_tunnel(world);
  const Seq first = append(*tunnel, {"a"}).first;
  world.disk.kill();
  tunnel.reset();
  tunnel = open_tunnel(world);
  const Seq next = append(*tunnel, {"b"}).first;
  EXPECT_EQ(next, first + 1 + (1u << 24));
  // The jump is no loss.
  auto scan = tunnel->scan(0);
  while (true) {
    auto batch = scan->next(1u << 20);
    ASSERT_TRUE(batch.ok());
    if (!*batch) break;
    EXPECT_TRUE((*batch)->gaps.empty());
  }
}

TEST(Reopen, a_cursor_ahead_of_the_log_moves_the_next_seq) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  ASSERT_TRUE(reader->rewind(5000).ok());
  reader.reset();
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_GE(append(*tunnel, {"a"}).first, 5000u);
}

TEST(Reopen, cursors_survive_with_what_was_settled_above) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = append(*tunnel, numbered("m", 10)).first;
  reader->settle(0, first + 2);
  reader->settle(first + 5, first + 6);
  reader.reset();
  tunnel.reset();
  tunnel = open_tunnel(world);
  reader = open_reader(*tunnel, "exit");
  EXPECT_EQ(reader->cursor(), first + 3);
  EXPECT_EQ(reader->position(), first + 3);
  EXPECT_TRUE(reader->is_settled(first + 5));
  EXPECT_FALSE(reader->is_settled(first + 4));
  EXPECT_EQ(read_all(*reader).size(), 7u);
}

TEST(Reopen, a_rewind_is_durable_on_return) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = append(*tunnel, numbered("m", 10)).first;
  reader->settle(0, first + 9);
  ASSERT_TRUE(reader->rewind(first + 4).ok());
  world.disk.crash();
  reader.reset();
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_EQ(open_reader(*tunnel, "exit")->cursor(), first + 4);
}

TEST(Reopen, a_new_cursor_is_durable_on_return) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit", {Start::Kind::kLatest});
  const Seq cursor = reader->cursor();
  world.disk.crash();
  reader.reset();
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_EQ(tunnel->orphans(), std::vector<std::string>{"exit"});
  EXPECT_EQ(open_reader(*tunnel, "exit", {Start::Kind::kLatest})->cursor(), cursor);
}

TEST(Reopen, one_damaged_cursor_file_costs_nothing_when_the_other_is_newer) {
  World world;
  auto tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit");
  const Seq first = append(*tunnel, numbered("m", 10)).first;
  reader->settle(0, first + 4);
  reader.reset();
  tunnel.reset();
  tunnel = open_tunnel(world);  // Writes a snapshot into the file that was not in use.
  tunnel.reset();
  for (const char* file : {"/data/cursors.a", "/data/cursors.b"}) {
    const std::string kept = world.disk.bytes(file);
    world.disk.damage(file, 0, "????????");
    tunnel = open_tunnel(world);
    EXPECT_EQ(open_reader(*tunnel, "exit")->cursor(), first + 5) << file;
    tunnel.reset();
    (void)kept;
  }
}

TEST(Reopen, without_cursors_exits_begin_an_hour_back) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(append(*tunnel, {"yesterday"}).status.ok());
  world.clock.advance_ns(24 * 3600 * kNsPerSec);
  ASSERT_TRUE(append(*tunnel, {"now"}).status.ok());
  tunnel.reset();
  world.disk.damage("/data/cursors.a", 0, "????????");
  world.disk.damage("/data/cursors.b", 0, "????????");
  tunnel = open_tunnel(world);
  auto reader = open_reader(*tunnel, "exit", {Start::Kind::kLatest});
  EXPECT_EQ(messages_of(read_all(*reader)), std::vector<std::string>{"now"});
  // One that a reload adds later is new.
  ASSERT_TRUE(append(*tunnel, {"later"}).status.ok());
  auto added = open_reader(*tunnel, "added", {Start::Kind::kLatest});
  EXPECT_TRUE(read_all(*added).empty());
}

TEST(Reopen, keys_are_known_after_a_stop_and_after_a_kill) {
  World world;
  auto tunnel = open_tunnel(world);
  const Appended one = append(*tunnel, {"a", "b"}, {.key = "one"});
  tunnel.reset();
  tunnel = open_tunnel(world);
  const Appended two = append(*tunnel, {"c"}, {.key = "two"});
  world.disk.kill();
  tunnel.reset();
  tunnel = open_tunnel(world);
  const Appended again = append(*tunnel, {"a", "b"}, {.key = "one"});
  EXPECT_TRUE(again.is_repeat);
  EXPECT_EQ(again.first, one.first);
  EXPECT_EQ(again.count, 2u);
  EXPECT_EQ(append(*tunnel, {"c"}, {.key = "two"}).first, two.first);
}

TEST(Reopen, keys_of_finished_segments_are_known) {
  World world;
  auto tunnel = open_tunnel(world);
  const std::string long_text(1000, 'x');
  std::vector<Seq> firsts;
  for (int i = 0; i < 300; ++i) {
    firsts.push_back(append(*tunnel, {long_text}, {.key = "k" + std::to_string(i)}).first);
  }
  ASSERT_GT(tunnel->status().segment_count, 3u);
  tunnel.reset();
  tunnel = open_tunnel(world);
  for (int i = 0; i < 300; i += 7) {
    const Appended again = append(*tunnel, {long_text}, {.key = "k" + std::to_string(i)});
    EXPECT_TRUE(again.is_repeat);
    EXPECT_EQ(again.first, firsts[static_cast<std::size_t>(i)]);
  }
}

TEST(Reopen, the_key_of_a_request_that_is_not_whole_is_forgotten) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(append(*tunnel, {"first", "second", "third-one"}, {.key = "k"}).status.ok());
  world.disk.kill();
  tunnel.reset();
  const std::string file = segment_files(world).at(0);
  const std::size_t third = world.disk.bytes(file).find("third-one");
  ASSERT_NE(third, std::string::npos);
  world.disk.flip_bit(file, third * 8);
  tunnel = open_tunnel(world);
  EXPECT_FALSE(append(*tunnel, {"first", "second", "third-one"}, {.key = "k"}).is_repeat);
}

TEST(Reopen, dead_letters_and_removals_survive_a_power_cut) {
  World world;
  auto tunnel = open_tunnel(world);
  auto& dead = tunnel->dead_letters();
  const auto one = dead.append({.exit = "team/chat", .seq = 1, .event_json = "{}"});
  const auto two = dead.append({.exit = "team/chat", .seq = 2, .event_json = "{}"});
  ASSERT_TRUE(one.ok() && two.ok());
  ASSERT_TRUE(dead.remove("team/chat", *one).ok());
  world.disk.crash();
  tunnel.reset();
  tunnel = open_tunnel(world);
  const auto listed = tunnel->dead_letters().list("team/chat", 0, 10);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].seq, 2u);
  const auto three = tunnel->dead_letters().append({.exit = "team/chat", .seq = 3});
  ASSERT_TRUE(three.ok());
  EXPECT_GT(*three, *two);
}

TEST(Reopen, dead_letters_are_found_by_event_after_a_start) {
  World world;
  auto tunnel = open_tunnel(world);
  ASSERT_TRUE(tunnel->dead_letters().append({.exit = "a", .seq = 9, .event_json = "{}"}).ok());
  tunnel.reset();
  tunnel = open_tunnel(world);
  ASSERT_EQ(tunnel->dead_letters().of_event(9).size(), 1u);
  EXPECT_EQ(tunnel->dead_letters().of_event(9)[0].exit, "a");
}

TEST(Reopen, attempts_survive_a_stop) {
  World world;
  auto tunnel = open_tunnel(world);
  tunnel->attempts().append({.exit = "a", .seqs = {5}, .verdict = "delivered"});
  tunnel.reset();
  tunnel = open_tunnel(world);
  EXPECT_EQ(tunnel->attempts().find(5)->size(), 1u);
  tunnel->attempts().append({.exit = "a", .seqs = {5}, .verdict = "retry"});
  EXPECT_EQ(tunnel->attempts().find(5)->size(), 2u);
}

TEST(Reopen, a_second_process_is_refused_and_told_who_has_it) {
  World world;
  auto tunnel = open_tunnel(world);
  const auto second = open_disk_tunnel(small_options(), world.seams);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kStopped);
  EXPECT_THAT(second.error().text, testing::HasSubstr(std::to_string(::getpid())));
}

TEST(Reopen, a_newer_format_is_refused_with_both_versions) {
  World world;
  open_tunnel(world).reset();
  std::string bytes = world.disk.bytes("/data/FORMAT");
  bytes[8] = 2;  // Major version.
  store(bytes.data() + bytes.size() - 4, crc32c({bytes.data(), bytes.size() - 4}));
  world.disk.damage("/data/FORMAT", 0, bytes);
  const auto refused = open_disk_tunnel(small_options(), world.seams);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kMisconfigured);
  EXPECT_THAT(refused.error().text,
              testing::AllOf(testing::HasSubstr("format 2.0"), testing::HasSubstr("format 1.0")));
}

TEST(Reopen, a_missing_format_is_made_again_from_the_segments) {
  World world;
  auto tunnel = open_tunnel(world);
  const std::string log(tunnel->log_id());
  ASSERT_TRUE(append(*tunnel, {"a"}).status.ok());
  tunnel.reset();
  ASSERT_TRUE(world.disk.remove("/data/FORMAT").ok());
  tunnel = open_tunnel(world);
  EXPECT_EQ(tunnel->log_id(), log);
  EXPECT_EQ(messages_of(scan_all(*tunnel)), std::vector<std::string>{"a"});
  EXPECT_TRUE(world.disk.exists("/data/FORMAT"));
}

TEST(Reopen, works_on_the_disk_of_the_machine) {
  World world;
  const std::string folder = testing::TempDir() + "tt-tunnel-" + std::to_string(::getpid());
  Seams seams{world.clock, system_disk(), system_random(), system_spawner(), world.metrics};
  DiskTunnelOptions options = small_options();
  options.directory = folder;
  for (int round = 0; round < 3; ++round) {
    auto tunnel = open_disk_tunnel(options, seams);
    ASSERT_TRUE(tunnel.ok()) << tunnel.error().text;
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(append(**tunnel, {std::string(2000, 'a' + round)}).status.ok());
    }
    auto scan = (*tunnel)->scan(0);
    EXPECT_EQ(read_all(*scan).size(), 50u * static_cast<unsigned>(round + 1));
    EXPECT_TRUE((*tunnel)->close().ok());
  }
  [[maybe_unused]] const int removed = std::system(("rm -r '" + folder + "'").c_str());
}

TEST(Reopen, what_was_only_written_is_durable_a_second_later_though_groups_keep_coming) {
  World world;
  auto tunnel = open_tunnel(world);
  const auto syncs = [&] {
    const std::string all = world.metrics.render();
    const std::size_t at = all.find("tt_tunnel_sync_seconds_count");
    return all.substr(at, all.find('\n', at) - at);
  };
  const std::string before = syncs();
  Seq last = 0;
  std::size_t appended = 0;
  // Never idle for the 50 ms after which an idle log is marked and synced.
  while (syncs() == before && appended < 100'000) {
    last = append(*tunnel, {"m"}, {.level = AckLevel::kWritten}).first;
    if (++appended <= 50) world.clock.advance_ns(40 * kNsPerMs);
  }
  EXPECT_GE(appended, 25u);
  world.disk.crash();
  tunnel.reset();
  tunnel = open_tunnel(world);
  const auto seen = read_all(*open_reader(*tunnel, "all"));
  EXPECT_GE(seen.size(), 25u);
  EXPECT_LE(seen.size(), last);
}

}  // namespace
}  // namespace tt::tunnel
