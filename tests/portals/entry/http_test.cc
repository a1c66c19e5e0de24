// Tests of portals/entry/http: what is taken, what is refused how, and what the sender is told.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kOne[] = R"({"message":"m","n":1.50})";

class Http : public testing::Test {
 protected:
  EntryEvents decode(std::string body, std::string type, net::Headers more = {}) const {
    more.emplace_back("Content-Type", std::move(type));
    return decode_all(*http_.portal, {std::move(body), std::move(more)});
  }
  EntryRefusal refuse(std::string body, std::string type = "application/json",
                      net::Headers more = {}, DecodeContext context = {}) const {
    more.emplace_back("Content-Type", std::move(type));
    const Sent sent{std::move(body), std::move(more)};
    EntryEvents events;
    const auto refusal = http_->decode(sent.request(), context, events);
    EXPECT_TRUE(refusal);
    EXPECT_EQ(events.events.size(), 0u) << "nothing of a refused request is stored";
    return refusal.value_or(EntryRefusal{.status = 0});
  }
  ConfiguredEntry http_{"http", ""};
};

TEST_F(Http, takes_json_of_every_spelling) {
  for (const char* type : {"", "application/json", "Application/JSON; charset=utf-8",
                           "application/vnd.tunnel+json", " application/json "}) {
    const EntryEvents events = decode(kOne, type);
    ASSERT_EQ(events.events.size(), 1u) << type;
    EXPECT_EQ(events.events[0].raw_value(*events.events[0].find("n")), "1.50");
    EXPECT_EQ(events.events[0].text("kind"), "unknown");
  }
  EXPECT_EQ(decode("[" + std::string(kOne) + "," + kOne + "]", "application/json").events.size(),
            2u);
}

TEST_F(Http, takes_ndjson_of_every_spelling) {
  for (const char* type : {"application/x-ndjson", "application/ndjson;charset=UTF-8",
                           "application/jsonl", "application/x-jsonlines"})
    EXPECT_EQ(decode(std::string(kOne) + "\n\n" + kOne, type).events.size(), 2u) << type;
}

TEST_F(Http, an_unknown_content_type_is_415) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/xml",
                           "multipart/form-data; boundary=x", "json"})
    EXPECT_EQ(refuse(kOne, type).status, 415) << type;
}

TEST_F(Http, a_syntax_error_is_400_with_line_and_byte) {
  const EntryRefusal refusal = refuse("[{\"message\":\"m\"},\n {\"message\" 1}]");
  EXPECT_EQ(refusal.status, 400);
  const auto body = parse_json(refusal.body);
  ASSERT_TRUE(body) << refusal.body;
  EXPECT_EQ(int_at(*body, "line"), 2);
  EXPECT_EQ(int_at(*body, "byte"), 13);
  EXPECT_EQ(text_at(*body, "error"), refusal.text);
  EXPECT_EQ(refuse("").status, 400);
  EXPECT_EQ(refuse("\xff").status, 400);
  const EntryRefusal second = refuse(std::string(kOne) + "\n{", "application/x-ndjson");
  ASSERT_TRUE(parse_json(second.body));
  EXPECT_EQ(int_at(*parse_json(second.body), "line"), 2);
}

TEST_F(Http, too_many_events_are_413) {
  DecodeContext context;
  context.limits.batch_events_max = 2;
  const std::string three = "[" + std::string(kOne) + "," + kOne + "," + kOne + "]";
  const EntryRefusal refusal = refuse(three, "application/json", {}, context);
  EXPECT_EQ(refusal.status, 413);
  EXPECT_NE(refusal.text.find("2 events"), std::string::npos) << refusal.text;
}

TEST_F(Http, bad_events_are_refused_alone) {
  const EntryEvents events =
      decode(R"([{"message":"a"},{"kind":"b"},{"message":"c"},7])", "application/json");
  EXPECT_EQ(events.events.size(), 2u);
  ASSERT_EQ(events.rejected.size(), 2u);
  EXPECT_EQ(events.rejected[0].index, 1u);
  EXPECT_EQ(events.rejected[1].index, 3u);
  EXPECT_NE(events.rejected[0].error.find("message"), std::string::npos);
}

TEST_F(Http, the_key_of_a_repeat_is_the_senders) {
  EXPECT_EQ(decode(kOne, "", {{"idempotency-key", "k 1"}}).idempotency_key, "k 1");
  EXPECT_EQ(decode(kOne, "").idempotency_key, "");
  EXPECT_EQ(refuse(kOne, "", {{"Idempotency-Key", std::string(256, 'k')}}).status, 400);
}

TEST_F(Http, answers_name_the_first_and_the_last_id) {
  net::HttpAnswer answer = http_->answer({"7-1", "7-1", 1, "disk"});
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "{\"accepted\":1,\"ids\":[\"7-1\"],\"rejected\":[]}\n");
  EXPECT_EQ(net::find_header(answer.headers, "TT-Ack"), "disk");
  answer = http_->answer({"7-1", "7-9", 9, "memory"});
  EXPECT_EQ(answer.body, "{\"accepted\":9,\"ids\":[\"7-1\",\"7-9\"],\"rejected\":[]}\n");
  EXPECT_EQ(net::find_header(answer.headers, "TT-Ack"), "memory");
}

TEST_F(Http, an_empty_batch_is_202_and_one_that_is_all_bad_422) {
  EXPECT_EQ(http_->answer({"", "", 0, "disk"}).status, 202);
  EXPECT_EQ(http_->answer({"", "", 0, "disk"}).body,
            "{\"accepted\":0,\"ids\":[],\"rejected\":[]}\n");
  const std::vector<event::Rejected> rejected{{0, "no \"message\""}, {4, "x"}};
  const net::HttpAnswer answer = http_->answer({"", "", 0, "disk", &rejected});
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(
      answer.body,
      "{\"accepted\":0,\"ids\":[],\"rejected\":[{\"index\":0,\"error\":\"no \\\"message\\\"\"},"
      "{\"index\":4,\"error\":\"x\"}]}\n");
  EXPECT_EQ(http_->answer({"7-1", "7-1", 1, "disk", &rejected}).status, 202);
}

}  // namespace
}  // namespace tt::portals::test
