// Outages: long ones, exits that hang beside others that do not, and the way back.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using testing::Received;
using testing::Target;
using testing::webhook;

constexpr std::int64_t kMinuteMs = 60'000;

class OutageTest : public testing::DaemonTest {
 protected:
  void start_hook(const std::string& options = "") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - {to: hook}\n");
  }
  bool is_settled(std::string_view name = "hook") { return exit(name).behind == 0; }
  /// Lets time pass, and every request that falls due has its answer.
  void wait_minutes(int minutes) {
    clock_.advance_ns(minutes * kMinuteMs * kNsPerMs);
    look();
    ASSERT_TRUE(soon([&] { return exit("hook").in_flight == 0; }));
  }
  Target target_;
};

TEST_F(OutageTest, a_day_without_the_exit_costs_few_attempts_no_memory_and_no_storm_afterwards) {
  constexpr int kSteps = 24 * 60 / 2;
  constexpr std::uint64_t kHeldBytesMax = 64u << 10;
  start_hook("order: none, in_flight: 64");
  target_.always(503);
  for (int i = 0; i < kSteps; ++i) {
    for (int n = 0; n < 3; ++n) say("step " + std::to_string(i));
    ASSERT_NO_FATAL_FAILURE(wait_minutes(2));
    // What waits is in the tunnel; in memory are the few events that were tried.
    ASSERT_LE(exit("hook").held_bytes, kHeldBytesMax) << "step " << i;
  }
  EXPECT_LE(target_.count(), 300u);
  EXPECT_GT(target_.count(), 150u);  // It was probed all the time.
  EXPECT_EQ(exit("hook").dead, 0u);
  EXPECT_EQ(exit("hook").pending, 3u * kSteps);
  EXPECT_EQ(exit("hook").state, "waiting");
  // What is told is the next probe: the retries themselves have been due for hours.
  EXPECT_GT(exit("hook").next_attempt_ns, clock_.wall_ns());

  // Back again: one request, then two, then four ... until all 64 may be out.
  target_.always(200);
  target_.hold();
  std::vector<std::uint64_t> rounds;
  while (rounds.size() < 20 && (rounds.empty() || rounds.back() < 64)) {
    std::uint64_t out = 0;
    ASSERT_TRUE(eventually([&] { return (out = exit("hook").in_flight) > 0; }, kMinuteMs));
    ASSERT_TRUE(soon([&] { return target_.held() == exit("hook").in_flight; }));
    out = exit("hook").in_flight;
    rounds.push_back(out);
    target_.answer_held();
    ASSERT_TRUE(soon([&] { return target_.held() > 0 || is_settled(); }));
  }
  ASSERT_GE(rounds.size(), 6u);
  EXPECT_EQ(rounds.front(), 1u);
  for (std::size_t i = 1; i < rounds.size(); ++i) EXPECT_LE(rounds[i], 2 * rounds[i - 1]) << i;
  target_.release();
  ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
  EXPECT_EQ(exit("hook").delivered, 3u * kSteps);
  EXPECT_EQ(exit("hook").dead, 0u);
}

TEST_F(OutageTest, a_weekend_without_the_exit_is_no_fault_of_the_event_at_its_head) {
  start_hook("retry: {max_age: 1h}");
  target_.always(503);
  say("patient");
  for (int i = 0; i < 60 * 6; ++i) ASSERT_NO_FATAL_FAILURE(wait_minutes(10));
  EXPECT_EQ(exit("hook").dead, 0u);
  EXPECT_EQ(exit("hook").pending, 1u);
  target_.always(200);
  ASSERT_TRUE(eventually([&] { return is_settled(); }, kMinuteMs));
  EXPECT_EQ(exit("hook").delivered, 1u);
}

TEST_F(OutageTest, nine_exits_deliver_while_the_tenth_hangs) {
  Target silent;
  silent.hold();
  std::vector<std::unique_ptr<Target>> fast;
  std::string exits = webhook("silent", silent, "timeout: 10m"), names = "silent";
  for (int i = 0; i < 9; ++i) {
    fast.push_back(std::make_unique<Target>());
    exits += webhook("fast" + std::to_string(i), *fast.back());
    names += ", fast" + std::to_string(i);
  }
  start("exits:\n" + exits + "rules:\n  - {to: [" + names + "]}\n");
  for (int n = 0; n < 200; ++n) say("number " + std::to_string(n));
  for (int i = 0; i < 9; ++i) {
    const std::string name = "fast" + std::to_string(i);
    ASSERT_TRUE(soon([&] { return is_settled(name); })) << name;
    EXPECT_EQ(exit(name).delivered, 200u);
  }
  // Its first answer is still withheld, and nothing of the rest is in memory for it.
  EXPECT_EQ(silent.count(), 1u);
  EXPECT_EQ(exit("silent").in_flight, 1u);
  EXPECT_EQ(exit("silent").delivered, 0u);
  EXPECT_EQ(exit("silent").pending, 200u);
  EXPECT_LT(exit("silent").held_bytes, 4096u);
  silent.release();
  ASSERT_TRUE(soon([&] { return is_settled("silent"); }));
  EXPECT_EQ(exit("silent").delivered, 200u);
}

TEST_F(OutageTest, without_room_for_a_letter_its_event_stays_pending_and_others_go_on) {
  for (const char* order : {"tunnel", "none"}) {
    SCOPED_TRACE(order);
    Target target;
    start("exits:\n" + webhook("hook", target, "order: " + std::string(order)) +
          "rules:\n  - {to: hook}\n");
    target.decide([](const Received& request) {
      return net::HttpAnswer{.status = request.body.find("bad") == std::string::npos ? 200 : 400};
    });
    ASSERT_TRUE(daemon_->pause("hook", true).ok());
    for (const char* message : {"bad", "good", "bad", "good", "good"}) say(message);
    memory_.set_free_bytes(0);
    ASSERT_TRUE(daemon_->pause("hook", false).ok());
    ASSERT_TRUE(eventually([&] { return exit("hook").delivered == 3; }));
    EXPECT_EQ(exit("hook").dead, 0u);
    EXPECT_EQ(exit("hook").pending, 2u);
    ASSERT_TRUE(soon([&] { return !exit("hook").problem.empty(); }));
    EXPECT_EQ(target.count(), 5u);
    memory_.set_free_bytes(1ull << 40);
    ASSERT_TRUE(eventually([&] { return is_settled(); }, 1'000));
    EXPECT_EQ(exit("hook").dead, 2u);
    EXPECT_EQ(target.count(), 5u);  // Refused once is refused: only the letter was still to write.
    stop();
  }
}

}  // namespace
}  // namespace tt::pipeline
