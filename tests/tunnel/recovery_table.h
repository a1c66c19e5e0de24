// RecoveryTable: a data folder that is stopped, killed and damaged, and what a start makes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "tunnel/fixture.h"
#include "tunnel/record_format.h"
#include "tunnel/segment.h"

namespace tt::tunnel {

using Gaps = std::vector<std::pair<Seq, Seq>>;

/// Tests of the table of recovery (rows R1 to R13) are named after their row. The log is silent.
class RecoveryTable : public testing::Test {
 protected:
  RecoveryTable() { log::set_level(log::Level::kOff); }
  ~RecoveryTable() override { log::set_level(log::Level::kInfo); }

  void start(DiskTunnelOptions options = small_options()) {
    tunnel_.reset();
    tunnel_ = open_tunnel(world_, std::move(options));
    ASSERT_TRUE(tunnel_);
  }
  void stop() { EXPECT_TRUE(tunnel_->close().ok()); }
  void kill() {
    world_.disk.kill();
    tunnel_.reset();
  }
  Seq say(const std::string& message, AckLevel level = AckLevel::kDisk) {
    const Appended appended = append(*tunnel_, {message}, {.level = level});
    EXPECT_TRUE(appended.status.ok());
    return appended.first;
  }
  /// Enough for `count` finished segments, events of 1 KiB.
  void fill_segments(std::size_t count) {
    while (segment_files(world_).size() <= count) say(std::string(1000, 'x'));
  }
  std::uint64_t counted(const std::string& name) {
    return world_.metrics.counter(name, "").value();
  }
  template <class Source>
  std::vector<std::string> read(Source& source) {
    std::vector<std::string> messages;
    gaps_.clear();
    while (true) {
      auto batch = source.next(1u << 20);
      EXPECT_TRUE(batch.ok());
      if (!batch.ok() || !*batch) return messages;
      for (const StoredEvent& e : (*batch)->events()) messages.push_back(e.event.text("message"));
      for (const Gap& gap : (*batch)->gaps) gaps_.emplace_back(gap.first, gap.next);
    }
  }
  std::vector<std::string> read_all() {
    auto scan = tunnel_->scan(0);
    return read(*scan);
  }
  std::size_t place_of(const std::string& file, std::string_view text) {
    const std::size_t at = world_.disk.bytes(file).find(text);
    EXPECT_NE(at, std::string::npos) << text;
    return at;
  }
  std::size_t frame_of(const std::string& file, std::string_view text) {
    return world_.disk.bytes(file).rfind("TTR1", place_of(file, text));
  }
  void zero(const std::string& file, std::size_t begin, std::size_t end) {
    world_.disk.damage(file, begin, std::string(end - begin, '\0'));
  }

  World world_;
  std::unique_ptr<Tunnel> tunnel_;
  Gaps gaps_;
};

}  // namespace tt::tunnel
