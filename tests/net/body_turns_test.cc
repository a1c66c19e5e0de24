// BodyTurns: who waits, and in which order they go on.
// SPDX-License-Identifier: Apache-2.0
#include "net/body_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BodyTurnsTest : public ::testing::Test {
 protected:
  class Waiter final : public BodyTurns::Waiter {
   public:
    explicit Waiter(std::function<void()> go) : go_(std::move(go)) {}
    void on_turn() override { go_(); }

   private:
    std::function<void()> go_;
  };

  /// A body of so many bytes begins.
  void begin(std::size_t bytes) {
    turns_.begin();
    EXPECT_TRUE(budget_.take(bytes));
  }
  void end(std::size_t bytes) {
    budget_.give(bytes);
    turns_.end();
  }
  std::shared_ptr<Waiter> wait(const std::string& name, std::size_t bytes) {
    auto waiter = std::make_shared<Waiter>([=, this] {
      gone_on_.push_back(name);
      begin(bytes);
    });
    turns_.wait(waiter);
    return waiter;
  }
  void run_loop() { loop_.context().poll(); }

  EventLoop loop_{10};
  BodyBudget budget_{1'000};
  BodyTurns turns_{loop_, budget_, 100};
  std::vector<std::string> gone_on_;
};

TEST_F(BodyTurnsTest, nobody_waits_while_little_is_held_or_nobody_would_wake_them) {
  EXPECT_FALSE(turns_.must_wait());
  begin(99);
  EXPECT_FALSE(turns_.must_wait());
  begin(1);
  EXPECT_TRUE(turns_.must_wait());
  // What is held by bodies of other threads is no reason: those wake nobody here.
  turns_.end();
  turns_.end();
  EXPECT_FALSE(turns_.must_wait());
}

TEST_F(BodyTurnsTest, who_came_first_goes_on_first_and_only_while_there_is_room) {
  begin(100);
  const auto first = wait("first", 60), second = wait("second", 60), third = wait("third", 60);
  end(100);
  EXPECT_THAT(gone_on_, IsEmpty());  // Not inside of another connection's work.
  run_loop();
  EXPECT_THAT(gone_on_, ElementsAre("first", "second"));
  EXPECT_TRUE(turns_.must_wait());
  end(60);
  run_loop();
  EXPECT_THAT(gone_on_, ElementsAre("first", "second", "third"));
}

TEST_F(BodyTurnsTest, nobody_passes_those_that_wait) {
  begin(100);
  const auto first = wait("first", 100);
  budget_.give(100);
  EXPECT_TRUE(turns_.must_wait());
}

TEST_F(BodyTurnsTest, connections_that_are_gone_keep_nobody) {
  begin(100);
  wait("gone", 60).reset();
  const auto next = wait("next", 60);
  end(100);
  run_loop();
  EXPECT_THAT(gone_on_, ElementsAre("next"));
}

}  // namespace
}  // namespace tt::net
