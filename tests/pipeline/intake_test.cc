// Intake: limits and their answers, credentials, rewrites, repeated keys, a tunnel without room.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake.h"

#include "net/compress.h"
#include "pipeline/daemon_fixture.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class IntakeTest : public testing::DaemonTest {
 protected:
  void start_in(const std::string& options = "") {
    start("entries:\n  in: {type: http, path: /in" + options + "}\n");
  }
  Answer send(std::string body, net::Headers more = {}) {
    more.emplace_back("Content-Type", "application/json");
    return post("/in", std::move(body), std::move(more));
  }
  /// The stored events, oldest first.
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    const auto scan = daemon_->tunnel().scan(0);
    for (;;) {
      const auto batch = scan->next(kReadBytesMax);
      if (!batch.ok() || !*batch) return all;
      for (const tunnel::StoredEvent& event : (*batch)->events())
        all.emplace_back(event.event.json);
    }
  }
  static constexpr const char* kEvent = R"({"message":"hello"})";
};

TEST_F(IntakeTest, one_event_is_stored_and_its_id_answered) {
  start_in();
  const Answer answer = send(kEvent);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(net::find_header(answer.headers, "tt-ack"), "disk");
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(testing::message_of(stored()[0]), "hello");
  const auto batch = daemon_->tunnel().scan(0)->next(kReadBytesMax);
  ASSERT_TRUE(batch.ok() && *batch);
  EXPECT_EQ((*batch)->events()[0].meta.entry, "in");
  const std::string id = id_of((*batch)->events()[0].meta.seq);
  EXPECT_EQ(answer.body, "{\"accepted\":1,\"ids\":[\"" + id + "\"],\"rejected\":[]}\n");
}

TEST_F(IntakeTest, a_syntax_error_anywhere_stores_nothing_and_tells_the_place) {
  start_in();
  const Answer answer = post("/in", "{\"message\":\"a\"}\n{\"message\":oops}\n",
                             {{"Content-Type", "application/x-ndjson"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\"line\":2"), HasSubstr("\"byte\":12")));
  EXPECT_THAT(stored(), ElementsAre());
  EXPECT_EQ(entry("in").refused, 1u);
}

TEST_F(IntakeTest, of_a_batch_the_invalid_are_named_and_the_others_stored) {
  start_in();
  const Answer some = send(R"([{"message":"a"},{"kind":"urn:x"},{"message":"b"}])");
  EXPECT_EQ(some.status, 202);
  EXPECT_THAT(some.body, AllOf(HasSubstr("\"accepted\":2"), HasSubstr("\"index\":1")));
  EXPECT_EQ(stored().size(), 2u);
  const Answer none = send(R"([{"kind":"urn:x"},7])");
  EXPECT_EQ(none.status, 422);
  EXPECT_THAT(none.body, HasSubstr("\"accepted\":0"));
  EXPECT_EQ(stored().size(), 2u);
  EXPECT_EQ(entry("in").accepted, 2u);
  EXPECT_EQ(entry("in").rejected, 3u);
}

TEST_F(IntakeTest, an_empty_batch_is_fine) {
  start_in();
  const Answer answer = send("[]");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "{\"accepted\":0,\"ids\":[],\"rejected\":[]}\n");
}

TEST_F(IntakeTest, a_body_over_the_limit_is_413_and_one_below_is_not) {
  start_in(", max_body: 1KiB");
  const Answer large = send(R"({"message":")" + std::string(1'100, 'x') + "\"}");
  EXPECT_EQ(large.status, 413);
  EXPECT_THAT(large.body, HasSubstr("body of 1114 bytes is over the limit of 1KiB; `max_body` of "
                                    "the entry `in` sets it"));
  EXPECT_EQ(send(R"({"message":")" + std::string(900, 'x') + "\"}").status, 202);
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(IntakeTest, a_web_page_may_send_only_where_that_is_said) {
  const net::Headers page{{"Origin", "https://evil.example"}};
  start_in();
  EXPECT_EQ(send(kEvent, page).status, 403);
  EXPECT_EQ(send(kEvent, {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(send(kEvent).status, 202);
  EXPECT_EQ(stored().size(), 1u);
  EXPECT_EQ(entry("in").unauthorised, 2u);
  stop();
  start_in(", auth: none");
  EXPECT_EQ(send(kEvent, page).status, 202);
  stop();
  start_in(", auth: {bearer: open-sesame}");
  EXPECT_EQ(
      send(kEvent, {{"Origin", "https://app.example"}, {"Authorization", "Bearer open-sesame"}})
          .status,
      202);
}

TEST_F(IntakeTest, a_page_whose_name_was_made_to_be_this_machine_may_not_send) {
  // Its Origin and its Host agree: that no other machine answers to the name is not known here.
  const auto page = [](const std::string& host) {
    return net::Headers{{"Origin", "http://" + host}, {"Host", host}};
  };
  start_in();
  const Answer refused = send(kEvent, page("evil.example:1"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("`api.hosts`"));
  EXPECT_EQ(send(kEvent, page("localhost:1")).status, 202);
  EXPECT_EQ(send(kEvent, {{"Host", "evil.example:1"}}).status, 202);  // No page: a program.
  ASSERT_TRUE(reload("api: {hosts: [evil.example]}\n"
                     "entries:\n  in: {type: http, path: /in}\n")
                  .ok);
  EXPECT_EQ(send(kEvent, page("evil.example:1")).status, 202);
}

TEST_F(IntakeTest, every_request_counts_once) {
  start_in(", max_body: 1KiB, auth: {bearer: open-sesame}");
  const net::Headers token{{"Authorization", "Bearer open-sesame"}};
  EXPECT_EQ(send(kEvent, token).status, 202);
  EXPECT_EQ(send("[]", token).status, 202);
  EXPECT_EQ(send(kEvent).status, 401);
  EXPECT_EQ(send("{oops", token).status, 400);
  EXPECT_EQ(send(std::string(1'100, ' '), token).status, 413);
  EXPECT_EQ(entry("in").refused, 2u);
  EXPECT_EQ(entry("in").unauthorised, 1u);
  EXPECT_EQ(entry("in").requests, 5u);
}

TEST_F(IntakeTest, more_events_than_a_batch_may_have_are_413) {
  start_in();
  std::string body = "[";
  for (int i = 0; i <= 10'000; ++i) body += i ? ",{\"message\":\"x\"}" : "{\"message\":\"x\"}";
  EXPECT_EQ(send(body + "]").status, 413);
  EXPECT_THAT(stored(), ElementsAre());
}

TEST_F(IntakeTest, unknown_types_and_codings_are_415) {
  start_in();
  EXPECT_EQ(post("/in", kEvent, {{"Content-Type", "text/csv"}}).status, 415);
  EXPECT_EQ(send(kEvent, {{"Content-Encoding", "br"}}).status, 415);
  EXPECT_EQ(send(kEvent, {{"Content-Encoding", "gzip, gzip"}}).status, 415);
  EXPECT_THAT(stored(), ElementsAre());
}

TEST_F(IntakeTest, packed_bodies_are_understood_and_bombs_are_not) {
  start_in();
  EXPECT_EQ(send(net::gzip(kEvent), {{"Content-Encoding", "gzip"}}).status, 202);
  EXPECT_EQ(send(net::zstd_frame(kEvent), {{"Content-Encoding", "zstd"}}).status, 202);
  EXPECT_EQ(send("no gzip at all", {{"Content-Encoding", "gzip"}}).status, 400);
  const std::string bomb =
      net::gzip(R"({"message":")" + std::string(kDecodedBodyBytesMax + 1, 'x') + "\"}");
  ASSERT_LT(bomb.size(), 100u << 10);
  const Answer refused = send(bomb, {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("over the limit of 16MiB"));
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(IntakeTest, every_failed_authentication_has_the_same_answer) {
  start_in(", auth: {bearer: open-sesame}");
  const Answer none = send(kEvent);
  const Answer wrong = send(kEvent, {{"Authorization", "Bearer open-sesam"}});
  const Answer other = send(kEvent, {{"Authorization", "Basic b3BlbjpzZXNhbWU="}});
  for (const Answer* answer : {&none, &wrong, &other}) {
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(answer->body, none.body);
  }
  EXPECT_THAT(none.body, Not(HasSubstr("bearer")));
  EXPECT_EQ(send(kEvent, {{"Authorization", "Bearer open-sesame"}}).status, 202);
  EXPECT_EQ(stored().size(), 1u);
  EXPECT_EQ(entry("in").unauthorised, 3u);
}

TEST_F(IntakeTest, a_hooks_own_token_is_answered_like_any_other) {
  start(
      "entries:\n  lab: {type: gitlab, path: /lab, token: lab-token}\n"
      "  in: {type: http, path: /in, auth: {bearer: open-sesame}}\n");
  const Answer hook = post("/lab", "{}", {{"X-Gitlab-Token", "wrong"}});
  EXPECT_EQ(hook.status, 401);
  EXPECT_EQ(hook.body, send(kEvent).body);
  EXPECT_THAT(stored(), ElementsAre());
}

TEST_F(IntakeTest, addresses_outside_of_allow_are_refused) {
  start_in(", allow: [10.0.0.0/8]");
  EXPECT_EQ(send(kEvent).status, 403);
  EXPECT_THAT(stored(), ElementsAre());
}

TEST_F(IntakeTest, beyond_its_rate_a_sender_waits) {
  start_in(", rate: 2/s");
  EXPECT_EQ(send(kEvent).status, 202);
  EXPECT_EQ(send(kEvent).status, 202);
  EXPECT_EQ(send(kEvent).status, 429);
  clock_.advance_ns(kNsPerSec);
  EXPECT_EQ(send("[" + std::string(kEvent) + "," + kEvent + "," + kEvent + "," + kEvent + "," +
                 kEvent + "]")
                .status,
            202);
  const Answer refused = send(kEvent);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(net::find_header(refused.headers, "retry-after"), "2");
  EXPECT_THAT(refused.body,
              AllOf(HasSubstr("the `rate` of the entry `in` is 2/s"), HasSubstr("again in 2 s")));
  clock_.advance_ns(2 * kNsPerSec);
  EXPECT_EQ(send(kEvent).status, 202);
}

TEST_F(IntakeTest, set_and_unset_of_an_entry_change_what_is_stored) {
  start_in(
      ", set: {severity: critical, message: '{{ event.message }} by {{ meta.entry }}'}, "
      "unset: ['raw.*']");
  EXPECT_EQ(send(R"({"message":"fire","severity":"info","raw":{"a":1,"b":2},"kept":3})").status,
            202);
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(testing::message_of(stored()[0]), "fire by in");
  EXPECT_THAT(stored()[0], AllOf(HasSubstr(R"("severity":"critical")"), HasSubstr(R"("kept":3)"),
                                 Not(HasSubstr("raw"))));
}

TEST_F(IntakeTest, a_rewrite_that_would_ruin_an_event_leaves_it_as_it_came) {
  start_in(", set: {message: '{{ event.nothing }}'}");
  EXPECT_EQ(send(kEvent).status, 202);
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(testing::message_of(stored()[0]), "hello");
}

TEST_F(IntakeTest, a_repeated_key_is_answered_as_before_and_stored_once) {
  start_in();
  const Answer first = send(kEvent, {{"Idempotency-Key", "k1"}});
  const Answer again = send(kEvent, {{"Idempotency-Key", "k1"}});
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_NE(send(kEvent, {{"Idempotency-Key", "k2"}}).body, first.body);
  EXPECT_EQ(stored().size(), 2u);
  EXPECT_EQ(entry("in").repeats, 1u);
  stop();
  start_in();
  EXPECT_EQ(send(kEvent, {{"Idempotency-Key", "k1"}}).body, first.body);
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(IntakeTest, a_repeated_key_is_answered_as_before_whatever_it_holds_now) {
  start_in();
  const Answer first = send(kEvent, {{"Idempotency-Key", "k"}});
  const std::string two = "[" + std::string(kEvent) + "," + kEvent + "]";
  EXPECT_EQ(send(two, {{"Idempotency-Key", "k"}}).body, first.body);
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(IntakeTest, a_refused_request_leaves_no_key) {
  start_in();
  EXPECT_EQ(send("{oops", {{"Idempotency-Key", "k"}}).status, 400);
  EXPECT_EQ(send(R"({"kind":"urn:x"})", {{"Idempotency-Key", "k"}}).status, 422);
  EXPECT_EQ(send(kEvent, {{"Idempotency-Key", "k"}}).status, 202);
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(IntakeTest, without_room_intake_says_503_and_goes_on_when_room_returns) {
  start_in();
  EXPECT_EQ(send(kEvent).status, 202);
  memory_.set_free_bytes(1 << 20);
  clock_.advance_ns(kNsPerSec);  // Room is asked for a few times a second.
  const Answer full = send(kEvent);
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(net::find_header(full.headers, "retry-after"), "");
  EXPECT_FALSE(daemon_->is_ready());
  memory_.set_free_bytes(std::uint64_t{1} << 40);
  ASSERT_TRUE(eventually([&] { return daemon_->is_ready(); }));
  EXPECT_EQ(send(kEvent).status, 202);
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(IntakeTest, the_longest_path_takes_the_request) {
  start("entries:\n  in: {type: http, path: /in}\n  deep: {type: http, path: /in/deep}\n");
  EXPECT_EQ(post("/in/deep", kEvent).status, 202);
  EXPECT_EQ(post("/in/other", kEvent).status, 202);
  EXPECT_EQ(post("/inside", kEvent).status, 404);
  EXPECT_EQ(entry("deep").accepted, 1u);
  EXPECT_EQ(entry("in").accepted, 1u);
}

}  // namespace
}  // namespace tt::pipeline
