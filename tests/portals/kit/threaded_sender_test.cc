// Which messages answer which, what ends a thread, and what is left when the sender goes.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/threaded_sender.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"
#include "held_client.h"
#include "portals/kit/exit.h"

namespace tt::portals {
namespace {

/// Answers each request with a reference of its own, "1", "2" ...
struct Echo final : ExitSender {
  explicit Echo(std::vector<std::string>& sent) : bodies(sent) {}
  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    bodies.push_back(request.body);
    ExitAnswer answer;
    answer.status = 200;
    answer.body = request.body.starts_with("lost")  ? "gone"
                  : request.body.starts_with("bad") ? "no"
                                                    : std::to_string(bodies.size());
    done(std::move(answer));
  }
  std::vector<std::string>& bodies;
};

struct ThreadedSenderTest : testing::Test {
  ManualClock clock{1'767'225'600 * kNsPerSec};
  MemoryDisk disk;
  test::HeldClient client;
  std::vector<std::string> bodies;
  std::vector<std::function<void()>> held;
  bool holds = false;

  std::unique_ptr<ExitSender> sender() {
    ThreadHooks hooks;
    hooks.reply = [](const ExitRequest& request, std::string_view reference) {
      ExitRequest made = request;
      made.body += " below " + std::string(reference);
      return made;
    };
    hooks.posted = [](const ExitAnswer& answer) -> std::optional<std::string> {
      if (answer.body == "gone") return "";
      if (answer.status != 200 || answer.body == "no") return std::nullopt;
      return answer.body;
    };
    ExitSeams seams{clock, disk, client, {}, [this](std::function<void()> work) {
                      if (holds)
                        held.push_back(std::move(work));
                      else
                        work();
                    }};
    seams.memory = "threads/chat.json";
    return make_threaded_sender(std::make_unique<Echo>(bodies), std::move(hooks), seams);
  }
  std::string send(ExitSender& to, std::string body, std::string key, bool ends = false,
                   AttemptFacts facts = {}) {
    const ExitRequest request{.body = std::move(body), .thread = {std::move(key), ends}};
    std::string error = "not answered";
    to.send(request, facts, [&](const ExitAnswer& answer) { error = answer.error; });
    EXPECT_EQ(error, "");
    return bodies.back();
  }
};

TEST_F(ThreadedSenderTest, what_comes_after_the_first_message_stands_below_it_until_the_end) {
  const auto one = sender();
  EXPECT_EQ(send(*one, "fires", "k"), "fires");
  EXPECT_EQ(send(*one, "other", "l"), "other");
  EXPECT_EQ(send(*one, "still fires", "k"), "still fires below 1");
  EXPECT_EQ(send(*one, "is over", "k", true), "is over below 1");
  EXPECT_EQ(send(*one, "fires again", "k"), "fires again");
  EXPECT_EQ(send(*one, "alone", ""), "alone");
  EXPECT_EQ(send(*one, "is over, of nothing", "m", true), "is over, of nothing");
  EXPECT_EQ(send(*one, "fires", "m"), "fires");
}

TEST_F(ThreadedSenderTest, another_sender_goes_on_where_the_first_one_stopped) {
  EXPECT_EQ(send(*sender(), "fires", "k"), "fires");
  EXPECT_EQ(send(*sender(), "is over", "k", true), "is over below 1");
}

TEST_F(ThreadedSenderTest, what_was_not_posted_begins_no_thread) {
  const auto one = sender();
  EXPECT_EQ(send(*one, "bad", "k"), "bad");
  EXPECT_EQ(send(*one, "fires", "k"), "fires");
  EXPECT_EQ(send(*one, "bad too", "k", true), "bad too below 2");
  EXPECT_EQ(send(*one, "is over", "k", true), "is over below 2");
}

TEST_F(ThreadedSenderTest, a_thread_that_is_gone_is_begun_anew) {
  const auto one = sender();
  send(*one, "fires", "k");
  EXPECT_EQ(send(*one, "lost", "k"), "lost below 1");
  EXPECT_EQ(send(*one, "again", "k"), "again");
  EXPECT_EQ(send(*one, "is over", "k", true), "is over below 3");
}

TEST_F(ThreadedSenderTest, replays_stand_alone_and_change_nothing) {
  const auto one = sender();
  send(*one, "fires", "k");
  EXPECT_EQ(send(*one, "of old", "k", true, {.replay = 1}), "of old");
  EXPECT_EQ(send(*one, "still fires", "k"), "still fires below 1");
}

TEST_F(ThreadedSenderTest, work_that_waits_when_the_sender_goes_is_answered_and_sends_nothing) {
  holds = true;
  auto one = sender();
  const ExitRequest request{.body = "late", .thread = {"k", false}};
  std::string error;
  one->send(request, {}, [&](const ExitAnswer& answer) { error = answer.error; });
  one.reset();
  for (const auto& work : held) work();
  EXPECT_EQ(error, "cancelled");
  EXPECT_TRUE(bodies.empty());
}

}  // namespace
}  // namespace tt::portals
