// Rounds: requests that are ready together are stored as one and answered each on its own.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake_round.h"

#include <gmock/gmock.h>

#include <chrono>
#include <future>

#include "pipeline/intake.h"
#include "pipeline/offline.h"
#include "tunnel/fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What one sender is told.
class Told final : public net::Responder::Impl {
 public:
  void answer(net::HttpAnswer answer) override { answer_.set_value(std::move(answer)); }
  void answer_rendered(std::shared_ptr<const std::string>) override { FAIL(); }
  std::shared_ptr<net::BodyStream> stream(net::HttpAnswer) override { return nullptr; }
  net::HttpAnswer wait() {
    auto answer = answer_.get_future();
    const bool is_told = answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
    EXPECT_TRUE(is_told);
    return is_told ? answer.get() : net::HttpAnswer{};
  }

 private:
  std::promise<net::HttpAnswer> answer_;
};

class IntakeRoundTest : public ::testing::Test {
 protected:
  IntakeRoundTest() { intake_.swap(*settings_); }

  std::shared_ptr<Told> send(std::string_view body, const std::string& key = "",
                             std::string_view entry = "a") {
    const auto told = std::make_shared<Told>();
    net::Headers headers{{"Content-Type", "application/json"}};
    if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
    const std::string path = "/" + std::string(entry);
    const net::HttpRequest request{.method = "POST",
                                   .path = path,
                                   .headers = &headers,
                                   .body = body,
                                   .peer = "127.0.0.1",
                                   .is_loopback = true,
                                   .round = &round_};
    intake_.accept(intake_.find_name(entry), request, net::Responder(told));
    return told;
  }
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    const auto scan = tunnel_->scan(0);
    for (;;) {
      const auto batch = scan->next(1u << 20);
      if (!batch.ok() || !*batch) return all;
      for (const tunnel::StoredEvent& event : (*batch)->events())
        all.push_back(std::string(event.meta.entry) + " " + event.event.text("message"));
    }
  }
  std::string id(tunnel::Seq seq) const { return tunnel::format_id(tunnel_->log_id(), seq); }
  std::uint64_t groups() { return world_.metrics.counter("tt_tunnel_groups_total", "").value(); }

  tunnel::World world_;
  std::unique_ptr<tunnel::Tunnel> tunnel_ = tunnel::open_tunnel(world_);
  std::shared_ptr<const Settings> settings_ = offline_settings(
      "entries:\n"
      "  a: {type: http, path: /a, auth: none, ack: written}\n"
      "  b: {type: http, path: /b, auth: none, ack: written}\n");
  Loop loop_{world_.clock, system_spawner()};
  AlertMemory alerts_;
  Intake intake_{*tunnel_, world_.clock, world_.metrics, loop_, alerts_};
  IntakeRound round_{intake_};
};

TEST_F(IntakeRoundTest, requests_share_a_group_and_each_is_told_its_own_ids) {
  const auto one = send(R"({"message":"one"})");
  const auto two = send(R"([{"message":"two"},{"kind":"urn:x"},{"message":"three"}])");
  const auto four = send(R"({"message":"four"})");
  EXPECT_THAT(stored(), ElementsAre());
  round_.end();
  EXPECT_THAT(one->wait().body, HasSubstr("[\"" + id(1) + "\"]"));
  EXPECT_THAT(two->wait().body,
              HasSubstr("[\"" + id(2) + "\",\"" + id(3) + "\"],\"rejected\":[{\"index\":1"));
  EXPECT_THAT(four->wait().body, HasSubstr("[\"" + id(4) + "\"]"));
  EXPECT_THAT(stored(), ElementsAre("a one", "a two", "a three", "a four"));
  EXPECT_EQ(groups(), 1u);
}

TEST_F(IntakeRoundTest, one_that_grows_large_does_not_wait_for_its_end) {
  std::vector<std::shared_ptr<Told>> senders;
  for (int i = 0; i < 5; ++i)
    senders.push_back(send(R"({"message":")" + std::string(60'000, 'm') + R"("})"));
  for (const auto& told : senders) EXPECT_EQ(told->wait().status, 202);
  const auto small = send(R"({"message":"small"})");
  EXPECT_EQ(stored().size(), 5u);
  round_.end();
  EXPECT_EQ(small->wait().status, 202);
}

TEST_F(IntakeRoundTest, a_refused_request_takes_nothing_of_the_others_away) {
  const auto one = send(R"({"message":"one"})");
  const auto bad = send(R"([{"message":"half"},{oops)");
  const auto none = send(R"([{"kind":"urn:x"}])");
  const auto two = send(R"({"message":"two"})");
  EXPECT_EQ(bad->wait().status, 400);
  EXPECT_EQ(none->wait().status, 422);
  round_.end();
  EXPECT_EQ(one->wait().status, 202);
  EXPECT_THAT(two->wait().body, HasSubstr(id(2)));
  EXPECT_THAT(stored(), ElementsAre("a one", "a two"));
}

TEST_F(IntakeRoundTest, a_request_with_a_key_stays_one_of_its_own_and_can_be_repeated) {
  const auto one = send(R"({"message":"one"})");
  const auto keyed = send(R"({"message":"keyed"})", "k");
  const auto two = send(R"({"message":"two"})");
  round_.end();
  const std::string told = keyed->wait().body;
  EXPECT_EQ(one->wait().status, 202);
  EXPECT_EQ(two->wait().status, 202);
  const auto again = send(R"({"message":"keyed"})", "k");
  const auto three = send(R"({"message":"three"})");
  round_.end();
  EXPECT_EQ(again->wait().body, told);
  EXPECT_EQ(three->wait().status, 202);
  EXPECT_THAT(stored(), ::testing::UnorderedElementsAre("a one", "a keyed", "a two", "a three"));
}

TEST_F(IntakeRoundTest, entries_keep_their_names) {
  const auto one = send(R"({"message":"one"})", "", "a");
  const auto two = send(R"({"message":"two"})", "", "b");
  const auto three = send(R"({"message":"three"})", "", "a");
  round_.end();
  for (const auto& told : {one, two, three}) EXPECT_EQ(told->wait().status, 202);
  EXPECT_THAT(stored(), ::testing::UnorderedElementsAre("a one", "b two", "a three"));
}

TEST_F(IntakeRoundTest, requests_whose_batch_an_exception_took_are_not_told_that_they_are_stored) {
  const auto one = send(R"({"message":"one"})");
  (void)round_.lend(intake_.find_name("a"), 10);  // And never given back.
  const auto two = send(R"({"message":"two"})");
  round_.end();
  EXPECT_THAT(two->wait().body, HasSubstr(id(1)));
  EXPECT_THAT(stored(), ElementsAre("a two"));
  EXPECT_EQ(one.use_count(), 1);  // Dropped, without an answer.
}

TEST_F(IntakeRoundTest, all_of_a_round_are_refused_when_the_tunnel_is_closed) {
  const auto one = send(R"({"message":"one"})");
  const auto two = send(R"({"message":"two"})");
  EXPECT_TRUE(tunnel_->close().ok());
  round_.end();
  for (const auto& told : {one, two}) {
    const net::HttpAnswer answer = told->wait();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(net::find_header(answer.headers, "Retry-After"), "5");
  }
}

}  // namespace
}  // namespace tt::pipeline
