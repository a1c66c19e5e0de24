// What a preview says of a range whose beginning retention has removed.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_preview.h"

#include "pipeline/memory_tunnel.h"
#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

constexpr const char* kOneHook = R"(
exits: {hook: {type: webhook, url: 'http://127.0.0.1:9'}}
rules: [{when: 'event.kind == "urn:a"', to: hook}]
)";

class ReplayPreviewTest : public testing::MemoryTunnelTest {
 protected:
  /// One event of this kind, a minute after the one before.
  tunnel::Seq add(const std::string& kind) {
    clock_.advance_ns(60 * kNsPerSec);
    return append("{\"message\":\"m\",\"kind\":\"" + kind + "\"}");
  }
  ReplayPreview preview(ReplayRange range) {
    range.exit = "hook";
    const auto made =
        preview_replay(*tunnel_, clock_, *settings_, range, [](tunnel::Seq) { return true; });
    EXPECT_TRUE(made.ok());
    return made.ok() ? *made : ReplayPreview{};
  }
  /// Removes the events received more than `minutes` minutes ago.
  void keep_minutes(int minutes) {
    ASSERT_TRUE(tunnel_->trim(minutes * 60 * kNsPerSec, ~std::uint64_t{0}).ok());
  }

  std::shared_ptr<const Settings> settings_ = offline_settings(kOneHook);
};

TEST_F(ReplayPreviewTest, of_a_range_that_is_kept_nothing_is_missing) {
  const tunnel::Seq first = add("urn:a");
  add("urn:b");
  add("urn:a");
  const ReplayPreview all = preview({.exit = "", .since = first, .where = ""});
  EXPECT_EQ(all.count, 2u);
  EXPECT_EQ(all.removed_max, 0u);
  EXPECT_EQ(all.last_ns - all.first_ns, 120 * kNsPerSec);
}

TEST_F(ReplayPreviewTest, events_that_retention_took_are_counted_from_the_id_on) {
  add("urn:a");
  const tunnel::Seq second = add("urn:a");
  add("urn:a");
  const tunnel::Seq fourth = add("urn:a");
  keep_minutes(1);
  ASSERT_GE(tunnel_->status().oldest, fourth - 1);
  const tunnel::Seq oldest = tunnel_->status().oldest;
  const ReplayPreview cut = preview({.exit = "", .since = second, .where = ""});
  EXPECT_EQ(cut.removed_max, oldest - second);
  EXPECT_EQ(cut.since, oldest);
  EXPECT_EQ(cut.count, fourth + 1 - oldest);
  EXPECT_EQ(preview({.exit = "", .since = fourth, .where = ""}).removed_max, 0u);
}

TEST_F(ReplayPreviewTest, of_a_time_before_the_oldest_event_up_to_all_that_is_gone_may_be_missing) {
  const WallNs begin = clock_.wall_ns();
  add("urn:a");
  add("urn:a");
  add("urn:a");
  EXPECT_EQ(preview({.exit = "", .since_ns = begin, .where = ""}).removed_max, 0u);
  keep_minutes(1);
  const ReplayPreview cut = preview({.exit = "", .since_ns = begin, .where = ""});
  EXPECT_EQ(cut.removed_max, tunnel_->status().oldest - 1);
  EXPECT_GT(cut.kept_since_ns, begin);
  EXPECT_EQ(preview({.exit = "", .since_ns = cut.kept_since_ns, .where = ""}).removed_max, 0u);
}

TEST_F(ReplayPreviewTest, a_range_that_is_gone_as_a_whole_is_empty) {
  const tunnel::Seq first = add("urn:a");
  const tunnel::Seq second = add("urn:a");
  add("urn:a");
  add("urn:a");
  keep_minutes(1);
  const ReplayPreview gone = preview({.exit = "", .since = first, .until = second, .where = ""});
  EXPECT_GE(gone.since, gone.until);
  EXPECT_EQ(gone.count, 0u);
  EXPECT_EQ(gone.removed_max, 1u);
}

}  // namespace
}  // namespace tt::pipeline
