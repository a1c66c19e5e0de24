// Answers that name each event's fate, and pauses that the other side asks for, as deliveries act.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using portals::Verdict;
using portals::VerdictKind;
using ::testing::ElementsAre;
using testing::messages_of;
using testing::Received;
using testing::Target;
using testing::webhook;

/// A portal whose answers hold one letter an event: d(elivered), r(etry), x (rejected),
/// m(isconfigured).
class BulkPortal final : public portals::ExitPortal {
 public:
  explicit BulkPortal(std::shared_ptr<const portals::ExitPortal> inner) : inner_(std::move(inner)) {
    common_ = inner_->common();
  }
  bool batches() const override { return inner_->batches(); }
  bool url_has_holes() const override { return inner_->url_has_holes(); }
  Result<portals::ExitRequest> encode(
      std::span<const portals::OutgoingEvent> events) const override {
    return inner_->encode(events);
  }
  std::vector<Verdict> judge(const portals::ExitAnswer& answer, std::size_t count,
                             WallNs now_ns) const override {
    if (answer.status != 200 || answer.body.size() != count)
      return inner_->judge(answer, count, now_ns);
    std::vector<Verdict> verdicts;
    for (const char letter : answer.body) {
      const VerdictKind kind = letter == 'd'   ? VerdictKind::kDelivered
                               : letter == 'r' ? VerdictKind::kRetry
                               : letter == 'x' ? VerdictKind::kRejected
                                               : VerdictKind::kMisconfigured;
      verdicts.push_back(
          {.kind = kind, .text = kind == VerdictKind::kDelivered ? "" : "it said so"});
    }
    return verdicts;
  }
  std::unique_ptr<portals::ExitSender> connect(const portals::ExitSeams& seams) const override {
    return inner_->connect(seams);
  }
  std::string target() const override { return inner_->target(); }

 private:
  std::shared_ptr<const portals::ExitPortal> inner_;
};

class DeliveryJudgeTest : public testing::DaemonTest {
 protected:
  void adapt(Settings& settings) override {
    for (ExitSettings& exit : settings.exits)
      exit.portal = std::make_shared<BulkPortal>(exit.portal);
  }
  /// One batch of these messages, answered with `letters`; what is sent again is taken.
  void send(const std::vector<std::string>& messages, const std::string& letters) {
    start("exits:\n" + webhook("hook", target_, "format: ndjson, batch: {events: 8}") +
          "rules:\n  - {to: hook}\n");
    target_.decide([letters](const Received& request) {
      const std::size_t count = messages_of(request.body).size();
      return net::HttpAnswer{.status = 200,
                             .body = count == letters.size() ? letters : std::string(count, 'd')};
    });
    ASSERT_TRUE(daemon_->pause("hook", true).ok());
    for (const std::string& message : messages) say(message);
    ASSERT_TRUE(daemon_->pause("hook", false).ok());
    ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }, 200));
  }
  std::vector<std::string> again() {
    std::vector<std::string> all;
    const auto received = target_.received();
    for (std::size_t i = 1; i < received.size(); ++i)
      for (const std::string& message : messages_of(received[i].body)) all.push_back(message);
    return all;
  }
  Target target_;
};

TEST_F(DeliveryJudgeTest, each_event_of_a_batch_goes_its_own_way) {
  ASSERT_NO_FATAL_FAILURE(send({"a", "b", "c", "d"}, "dxrd"));
  EXPECT_THAT(again(), ElementsAre("c"));
  EXPECT_EQ(exit("hook").delivered, 3u);
  EXPECT_EQ(exit("hook").dead, 1u);
  ASSERT_EQ(letters("hook").size(), 1u);
  EXPECT_EQ(testing::message_of(letters("hook")[0].event_json), "b");
}

TEST_F(DeliveryJudgeTest, what_a_full_receiver_did_not_take_comes_again_in_order) {
  ASSERT_NO_FATAL_FAILURE(send({"a", "b", "c", "d"}, "drrr"));
  EXPECT_THAT(again(), ElementsAre("b", "c", "d"));
  EXPECT_EQ(exit("hook").delivered, 4u);
}

TEST_F(DeliveryJudgeTest, a_wrong_setting_that_shows_for_one_event_loses_none) {
  ASSERT_NO_FATAL_FAILURE(send({"a", "b", "c"}, "dmd"));
  EXPECT_THAT(again(), ElementsAre("b"));
  EXPECT_EQ(exit("hook").delivered, 3u);
  EXPECT_EQ(exit("hook").dead, 0u);
}

}  // namespace
}  // namespace tt::pipeline
