// Tests of kit/message: whatever a broker brings is an event that a person would want to read.
// SPDX-License-Identifier: Apache-2.0
#include "kit/message.h"

#include <gtest/gtest.h>

#include "tt_plugin/json.hpp"

namespace tt::broker::test {
namespace {

sdk::Json parsed(const std::string& json) {
  sdk::Json value;
  EXPECT_TRUE(sdk::detail::JsonReader(json).read(value)) << json;
  return value;
}
sdk::Json event(std::string body, std::int64_t time_ms = 0) {
  return parsed(event_of({std::move(body), {{"redis.key", "\"logs\""}}, time_ms}, "redis"));
}
std::string text(const sdk::Json& event, std::string_view name) {
  const sdk::Json* found = event.find(name);
  return found ? found->text : "(none)";
}

TEST(SdkJson, halves_of_a_surrogate_pair_are_replaced_and_take_nothing_along) {
  const auto read = [](const std::string& text) { return parsed("\"" + text + "\"").text; };
  EXPECT_EQ(read(R"(\ud83d\ude00)"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(read(R"(\ud83d\u0041)"),
            "\xef\xbf\xbd"
            "A");
  EXPECT_EQ(read(R"(\ud83d\ud83d\ude00)"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
  EXPECT_EQ(read(R"(\ud83dA)"),
            "\xef\xbf\xbd"
            "A");
  EXPECT_EQ(read(R"(\ude00)"), "\xef\xbf\xbd");
}

TEST(BrokerMessage, python_beaver_with_logstash_version_1) {
  const auto got = event(
      R"({"type":"syslog","tags":["a","b"],"@timestamp":"2014-05-26T09:41:13.201Z","host":"web1",)"
      R"("file":"/var/log/syslog","message":"disk is full","@version":1,"env":"prod"})");
  EXPECT_EQ(text(got, "message"), "disk is full");
  EXPECT_EQ(text(got, "timestamp"), "2014-05-26T09:41:13.201Z");
  EXPECT_EQ(text(got, "host"), "web1");
  EXPECT_EQ(text(got, "file"), "/var/log/syslog");
  EXPECT_EQ(text(got, "env"), "prod");
  EXPECT_EQ(text(got, "@version"), "1");
  EXPECT_EQ(text(got, "kind"), "urn:redis:message");
  EXPECT_EQ(text(got, "redis.key"), "logs");
  EXPECT_EQ(text(got, "@timestamp"), "(none)");
}

TEST(BrokerMessage, python_beaver_with_logstash_version_0) {
  const auto got = event(
      R"({"@type":"nginx","@tags":[],"@timestamp":"2012-12-01T10:00:00.000Z","@source_host":"w2",)"
      R"("@source_path":"/l","@message":"GET /","@source":"file:///l","@fields":{"code":200}})");
  EXPECT_EQ(text(got, "message"), "GET /");
  EXPECT_EQ(text(got, "host"), "w2");
  EXPECT_EQ(text(got, "source"), "file:///l");
  EXPECT_EQ(text(got, "type"), "nginx");
  ASSERT_NE(got.find("@fields"), nullptr);
  EXPECT_EQ(got.find("@fields")->members[0].value.text, "200");
}

TEST(BrokerMessage, its_gelf_ends_in_nul_and_has_numbers) {
  const auto got = event(std::string(
      R"({"version":"1.1","host":"w","short_message":"late","timestamp":1400000000.5,"level":4})"
      "\0",
      87));
  EXPECT_EQ(text(got, "message"), "late");
  EXPECT_EQ(text(got, "timestamp"), "2014-05-13T16:53:20.500000Z");
  EXPECT_EQ(text(got, "severity"), "warning");
  EXPECT_EQ(text(got, "level"), "4");
}

TEST(BrokerMessage, its_other_formats_are_text) {
  EXPECT_EQ(text(event("[web1] [2014-05-26T09:41:13Z] disk is full\n"), "message"),
            "[web1] [2014-05-26T09:41:13Z] disk is full");
  EXPECT_EQ(text(event("one\ntwo"), "message"), "one\ntwo");
  EXPECT_EQ(text(event("\x81\xA1z"), "message"), "\xEF\xBF\xBD\xEF\xBF\xBDz");  // msgpack.
  EXPECT_EQ(text(event(""), "message"), "an empty message");
}

TEST(BrokerMessage, broken_json_and_lists_are_text) {
  EXPECT_EQ(text(event("{oops"), "message"), "{oops");
  EXPECT_EQ(text(event("[{\"message\":\"a\"}]"), "message"), "[{\"message\":\"a\"}]");
  EXPECT_EQ(text(event("{\"message\":\"a\"} {\"message\":\"b\"}"), "kind"), "urn:redis:message");
}

TEST(BrokerMessage, an_event_of_ours_stays_what_it_is) {
  const std::string own =
      R"({"timestamp":"2026-01-31T12:00:00Z","kind":"urn:x:y","message":"m","severity":"odd","n":1})";
  EXPECT_EQ(event_of({own, {}, 5}, "nats"), own);
}

TEST(BrokerMessage, named_fields_of_other_types_become_texts_or_stand_under_raw) {
  const auto got =
      event(R"({"message":{"en":"hi"},"source":["a"],"kind":7,"severity":3,"ack_link":null,)"
            R"("timestamp":true,"msg":"said"})");
  EXPECT_EQ(text(got, "message"), "said");
  ASSERT_NE(got.find("raw.message"), nullptr);
  ASSERT_NE(got.find("raw.source"), nullptr);
  EXPECT_EQ(text(got, "kind"), "7");
  EXPECT_EQ(got.find("kind")->kind, sdk::Json::Kind::kString);
  EXPECT_EQ(text(got, "severity"), "error");
  EXPECT_EQ(text(got, "raw.timestamp"), "true");
  EXPECT_EQ(text(got, "timestamp"), "(none)");
  EXPECT_EQ(text(got, "ack_link"), "(none)");
}

TEST(BrokerMessage, without_a_message_another_field_speaks_or_the_json_itself) {
  EXPECT_EQ(text(event(R"({"log":"from docker"})"), "message"), "from docker");
  EXPECT_EQ(text(event(R"({"message":"","title":"T"})"), "message"), "T");
  EXPECT_EQ(text(event(R"({"n":1})"), "message"), R"({"n":1})");
  EXPECT_EQ(text(event("{}"), "message"), "{}");
}

TEST(BrokerMessage, levels_of_loggers_are_severities) {
  EXPECT_EQ(text(event(R"({"message":"m","levelname":"CRITICAL"})"), "severity"), "critical");
  EXPECT_EQ(text(event(R"({"message":"m","level":"Warn"})"), "severity"), "warning");
  EXPECT_EQ(text(event(R"({"message":"m","level":5})"), "severity"), "(none)");  // Whose five?
  // The words and names are those of the daemon.
  EXPECT_EQ(text(event(R"({"message":"m","log.level":"panic"})"), "severity"), "emergency");
  EXPECT_EQ(text(event(R"({"MESSAGE":"m","PRIORITY":"4","short":"n"})"), "severity"), "warning");
  EXPECT_EQ(text(event(R"({"MESSAGE":"m","PRIORITY":"4","short":"n"})"), "message"), "m");
  EXPECT_EQ(text(event(R"({"message":"m","level":"x","severity":"fatal"})"), "severity"),
            "critical");
}

TEST(BrokerMessage, numbers_keep_their_spelling) {
  const std::string json = event_of({R"({"message":"m","a":1e400,"b":12345678901234567890})"}, "x");
  EXPECT_NE(json.find("\"a\":1e400,\"b\":12345678901234567890"), std::string::npos);
}

TEST(BrokerMessage, the_brokers_time_stands_where_the_sender_says_none) {
  EXPECT_EQ(text(event("text", 1'400'000'000'123), "timestamp"), "2014-05-13T16:53:20.123000Z");
  EXPECT_EQ(text(event(R"({"message":"m","timestamp":"2020-01-01T00:00:00Z"})", 1), "timestamp"),
            "2020-01-01T00:00:00Z");
}

TEST(BrokerMessage, times_of_many_units) {
  EXPECT_EQ(timestamp_of("1400000000"), "2014-05-13T16:53:20.000000Z");
  EXPECT_EQ(timestamp_of("1400000000123"), "2014-05-13T16:53:20.123000Z");
  EXPECT_EQ(timestamp_of("1400000000123456"), "2014-05-13T16:53:20.123456Z");
  EXPECT_EQ(timestamp_of("2016-09-28 16:24:24,799"), "2016-09-28 16:24:24.799");
  for (const char* none : {"", "yesterday", "0", "-5", "nan", "inf", "2016-09-28", "12:00"})
    EXPECT_EQ(timestamp_of(none), "") << none;
}

TEST(BrokerMessage, what_the_tunnel_refuses_is_kept_as_text) {
  const Message message{"{\"a\":\"\xFF\",\nbroken", {{"kafka.offset", "7"}}, 0};
  const auto got = parsed(unknown_event(message, "kafka", 6));
  EXPECT_EQ(text(got, "kind"), "urn:kafka:unknown");
  EXPECT_EQ(text(got, "message"), "{\"a\":\"\xEF\xBF\xBD\",");
  EXPECT_EQ(text(got, "raw"), "{\"a\":\"");
  EXPECT_EQ(text(got, "truncated"), "true");
  EXPECT_EQ(text(got, "kafka.offset"), "7");
  EXPECT_EQ(text(parsed(unknown_event(message, "kafka", 99)), "truncated"), "(none)");
}

TEST(BrokerMessage, names_of_facts_cannot_break_out) {
  const auto got = parsed(event_of({"t", {{"redis.fields.a\"b", "\"v\""}}}, "redis"));
  EXPECT_EQ(text(got, "redis.fields.a\"b"), "v");
}

}  // namespace
}  // namespace tt::broker::test
