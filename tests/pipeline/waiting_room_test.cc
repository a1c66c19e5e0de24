// WaitingRoom: what is held is stored later, and what is given up is told.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/waiting_room.h"

#include <gtest/gtest.h>

#include "pipeline/memory_tunnel.h"
#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

class WaitingRoomTest : public testing::MemoryTunnelTest {
 protected:
  /// Of one event.
  std::future<tunnel::Appended> bring() {
    auto decoded =
        event::decode_events(R"({"message":"m"})", event::BodyFormat::kJson, {}, clock_.wall_ns());
    auto promise = std::make_shared<std::promise<tunnel::Appended>>();
    room_.append(route(), std::make_shared<const event::EventBatch>(std::move(decoded.events)),
                 [promise](const tunnel::Appended& appended) { promise->set_value(appended); });
    return promise->get_future();
  }
  std::shared_ptr<const EntryRoute> route() const { return table_->routes.at(0); }
  void pass_second() {
    loop_.run([] {});  // Whatever comes to wait does so now.
    clock_.advance_ns(kNsPerSec);
    loop_.run([] {});
  }
  static bool is_done(const std::future<tunnel::Appended>& one) {
    return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  std::shared_ptr<const EntryTable> table_ =
      make_entry_table(*offline_settings("entries: {in: {type: http, path: /in}}"), metrics_);
  Loop loop_{clock_, system_spawner()};
  WaitingRoom room_{*tunnel_, clock_, loop_};
};

TEST_F(WaitingRoomTest, while_there_is_room_nobody_waits) {
  EXPECT_TRUE(bring().get().status.ok());
  EXPECT_EQ(route()->counters.accepted.value(), 1u);
}

TEST_F(WaitingRoomTest, what_is_held_is_stored_in_its_order_once_it_may) {
  room_.hold(true);
  auto first = bring(), second = bring();
  pass_second();
  pass_second();
  EXPECT_FALSE(is_done(first));
  EXPECT_EQ(route()->counters.accepted.value(), 0u);
  room_.hold(false);
  pass_second();
  const tunnel::Appended one = first.get(), other = second.get();
  EXPECT_TRUE(one.status.ok());
  EXPECT_TRUE(other.status.ok());
  EXPECT_LT(one.first, other.first);
  EXPECT_EQ(route()->counters.accepted.value(), 2u);
}

TEST_F(WaitingRoomTest, a_stop_gives_up_what_waits_and_what_comes_to_wait) {
  room_.hold(true);
  auto before = bring();
  room_.stop();
  EXPECT_EQ(before.get().status.error().code, Code::kStopped);
  EXPECT_EQ(bring().get().status.error().code, Code::kStopped);
}

TEST_F(WaitingRoomTest, without_a_loop_nobody_can_wait) {
  room_.hold(true);
  loop_.stop();
  EXPECT_EQ(bring().get().status.error().code, Code::kStopped);
}

}  // namespace
}  // namespace tt::pipeline
