// Tests of nats/subject: what events may publish to, and what JetStream says of it.
// SPDX-License-Identifier: Apache-2.0
#include "nats/subject.h"

#include <gtest/gtest.h>

namespace tt::broker::nats::test {
namespace {

using portals::VerdictKind;

TEST(NatsSubject, holes_cannot_make_wildcards_or_empty_tokens) {
  EXPECT_EQ(*subject_of("events.web"), "events.web");
  EXPECT_EQ(*subject_of("events.a b\r\nPUB x"), "events.a_b__PUB_x");
  EXPECT_EQ(*subject_of("events.*.>"), "events._._");
  EXPECT_EQ(*subject_of("..events...x."), "events.x");
  EXPECT_EQ(*subject_of("gr\xC3\xBCn"), "gr\xC3\xBCn");
}

TEST(NatsSubject, the_servers_own_and_nothing_are_dead_letters) {
  for (const std::string& wrong :
       {std::string(), std::string("..."), std::string("$JS.API.STREAM.DELETE.X"),
        std::string(".$SYS.x"), std::string(2000, 'a')}) {
    const auto subject = subject_of(wrong);
    ASSERT_FALSE(subject.ok()) << wrong;
    EXPECT_EQ(subject.error().code, Code::kReject);
  }
}

TEST(NatsSubject, a_refusal_names_it_or_as_much_of_it_as_the_library_keeps) {
  const std::string words = "Permissions Violation for Publish to \"a.b";
  EXPECT_TRUE(is_refusal_of(words + '"', "a.b"));
  EXPECT_FALSE(is_refusal_of(words + '"', "a.b.c"));
  EXPECT_FALSE(is_refusal_of(words + '"', "b"));
  EXPECT_TRUE(is_refusal_of(words, "a.b.c"));
  EXPECT_FALSE(is_refusal_of("Permissions Violation", "a"));
}

TEST(NatsAck, says_where_an_event_is_also_when_it_was_there_before) {
  const auto first = verdict_of_ack(R"({"stream":"EVENTS","seq":17})");
  EXPECT_EQ(first.kind, VerdictKind::kDelivered);
  EXPECT_EQ(first.reference, "EVENTS:17");
  EXPECT_EQ(verdict_of_ack(R"({"stream":"EVENTS","seq":17,"duplicate":true})").kind,
            VerdictKind::kDelivered);
}

TEST(NatsAck, errors_by_what_to_do_next) {
  struct Row {
    const char* error;
    VerdictKind kind;
  };
  constexpr Row kRows[] = {
      {R"({"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"})",
       VerdictKind::kRejected},
      {R"({"code":503,"err_code":10077,"description":"maximum messages exceeded"})",
       VerdictKind::kRetry},
      {R"({"code":503,"err_code":10023,"description":"insufficient resources"})",
       VerdictKind::kRetry},
      {R"({"code":400,"err_code":10060,"description":"expected stream does not match"})",
       VerdictKind::kMisconfigured},
      {R"({"code":503,"err_code":10039,"description":"jetstream not enabled"})",
       VerdictKind::kMisconfigured},
      {R"({"code":403,"err_code":1,"description":"no"})", VerdictKind::kMisconfigured},
  };
  for (const Row& row : kRows) {
    const auto verdict =
        verdict_of_ack("{\"error\":" + std::string(row.error) + ",\"stream\":\"\"}");
    EXPECT_EQ(verdict.kind, row.kind) << row.error;
    EXPECT_NE(verdict.text.find("jetstream: "), std::string::npos);
  }
}

TEST(NatsAck, nonsense_is_no_acknowledgement) {
  for (const char* text : {"", "+OK", "[]", "{}", "{\"stream\":\"\"}", "{"})
    EXPECT_EQ(verdict_of_ack(text).kind, VerdictKind::kRetry) << text;
}

}  // namespace
}  // namespace tt::broker::nats::test
