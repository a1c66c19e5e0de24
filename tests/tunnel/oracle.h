// Oracle: remembers what the tunnel promised, and asks for it after the disk has failed or died.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "tunnel/fixture.h"

namespace tt::tunnel {

constexpr std::uint64_t kStorySegmentBytes = 16u << 10;

inline DiskTunnelOptions story_options() {
  DiskTunnelOptions options = small_options();
  options.segment_bytes = kStorySegmentBytes;
  return options;
}

/// Never killed. Every call does one thing to the tunnel, waits for its answer, and notes it.
class Oracle {
 public:
  /// False when the answer is an error, as it is when the disk has failed.
  bool append(Tunnel& tunnel, std::size_t events, std::size_t bytes, AckLevel level) {
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < events; ++i) {
      messages.push_back("event " + std::to_string(++count_) + " ");
      if (messages.back().size() < bytes) messages.back().resize(bytes, '.');
    }
    const auto appended = answer(append_later(tunnel, messages, {.level = level}));
    if (!appended.status.ok()) return false;
    for (std::size_t i = 0; i < events; ++i) {
      sent_[appended.first + i] = messages[i];
      if (level == AckLevel::kDisk) acknowledged_.insert(appended.first + i);
    }
    return true;
  }
  bool read(Reader& reader) {
    while (true) {
      auto batch = reader.next(1u << 20);
      if (!batch.ok()) return false;
      if (!*batch) return true;
      for (const StoredEvent& e : (*batch)->events()) {
        const std::string message(e.event.text("message"));
        const auto [at, is_new] = seen_.emplace(e.meta.seq, message);
        EXPECT_EQ(at->second, message) << "seq " << e.meta.seq << " is another event now";
      }
    }
  }
  /// The cursor of `reader` is durable at `seq` when this is true.
  bool move(Reader& reader, const std::string& exit, Seq seq) {
    if (!reader.rewind(seq).ok()) return false;
    cursors_[exit] = reader.cursor();
    return true;
  }
  bool bury(Tunnel& tunnel, const std::string& exit, Seq seq) {
    const auto number =
        tunnel.dead_letters().append({.exit = exit, .seq = seq, .event_json = "{}"});
    if (number.ok()) letters_[{exit, *number}] = seq;
    return number.ok();
  }
  bool unbury(Tunnel& tunnel, const std::string& exit) {
    for (auto at = letters_.begin(); at != letters_.end(); ++at) {
      if (at->first.first != exit) continue;
      const auto key = at->first;
      letters_.erase(at);  // From now on it may be there or not.
      return tunnel.dead_letters().remove(exit, key.second).ok();
    }
    return true;
  }
  /// What is below every cursor may go.
  bool trim(Tunnel& tunnel) {
    Seq low = ~Seq{0};
    for (const auto& [exit, seq] : cursors_) low = std::min(low, seq);
    trimmed_below_ = std::max(trimmed_below_, low);
    return tunnel.trim(0, 0).ok();
  }

  /// A start on what is left of the disk finds everything promised, and goes on.
  void check(MemoryDisk& disk) const {
    ManualClock clock;
    SeededRandom random(11);
    Metrics metrics;
    auto opened =
        open_disk_tunnel(story_options(), {clock, disk, random, system_spawner(), metrics});
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    Tunnel& tunnel = **opened;
    auto scan = tunnel.scan(0);
    std::map<Seq, std::string> kept;
    for (const Seen& one : read_all(*scan)) {
      ASSERT_TRUE(kept.emplace(one.seq, one.message).second) << "twice: " << one.seq;
      const auto sent = sent_.find(one.seq);
      if (sent != sent_.end()) {
        ASSERT_EQ(one.message, sent->second) << one.seq;
      }
      const auto seen = seen_.find(one.seq);
      if (seen != seen_.end()) {
        ASSERT_EQ(one.message, seen->second) << one.seq;
      }
    }
    for (const Seq seq : acknowledged_) {
      if (seq >= trimmed_below_) {
        ASSERT_TRUE(kept.contains(seq)) << "lost: " << seq;
      }
    }
    for (const auto& [letter, seq] : letters_) {
      const auto found = tunnel.dead_letters().find(letter.first, letter.second);
      ASSERT_TRUE(found.ok()) << "lost letter " << letter.second;
      ASSERT_EQ(found->seq, seq);
    }
    for (const auto& [exit, seq] : cursors_) {
      auto reader = tunnel.open(exit, {Start::Kind::kLatest});
      ASSERT_TRUE(reader.ok());
      ASSERT_GE((*reader)->cursor(), seq) << "the cursor of " << exit << " went back";
    }
    const Appended more = answer(append_later(tunnel, {"more"}));
    ASSERT_TRUE(more.status.ok()) << more.status.error().text;
    if (!sent_.empty()) {
      ASSERT_GT(more.first, sent_.rbegin()->first) << "a seq came twice";
    }
    if (!seen_.empty()) {
      ASSERT_GT(more.first, seen_.rbegin()->first) << "a seq came twice";
    }
  }

 private:
  /// Whatever fails, everybody gets an answer.
  static Appended answer(std::future<Appended> future) {
    if (future.wait_for(std::chrono::seconds(30)) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "an append hangs";
    return {.status = stopped("no answer")};
  }

  std::size_t count_ = 0;
  std::map<Seq, std::string> sent_, seen_;
  std::set<Seq> acknowledged_;
  std::map<std::pair<std::string, std::uint64_t>, Seq> letters_;
  std::map<std::string, Seq> cursors_;
  Seq trimmed_below_ = 0;
};

}  // namespace tt::tunnel
