// Tests of portals/entry/statsd: events and checks are kept, metrics are counted, the rest refused.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

EntryEvents statsd_events(std::string_view bytes, std::string_view peer = "192.0.2.9") {
  const ConfiguredEntry statsd("statsd", "listen: udp://127.0.0.1:8125\n");
  EntryEvents events;
  const auto refusal = statsd->decode(
      {.body = bytes, .peer = peer, .now_ns = kArrival, .is_datagram = true}, {}, events);
  EXPECT_FALSE(refusal);
  return events;
}

class One {
 public:
  explicit One(std::string_view line, std::string_view peer = "192.0.2.9")
      : events_(statsd_events(line, peer)) {
    EXPECT_EQ(events_.events.size(), 1u) << line;
    EXPECT_TRUE(events_.rejected.empty()) << line;
  }
  std::string operator[](std::string_view name) const {
    const event::Field* field = events_.events.empty() ? nullptr : events_.events[0].find(name);
    return field ? events_.events[0].text(*field) : "";
  }
  std::string json() const { return std::string(events_.events[0].json); }

 private:
  EntryEvents events_;
};

TEST(Statsd, an_event_with_everything) {
  const One event(
      "_e{13,12}:Deploy failed|line1\\nline2|d:1717243200|h:web-7|k:deploy-1|p:low|s:ci|t:error|"
      "#env:prod,team:core,urgent,env:eu,service:shop|c:abc|e:it-1");
  EXPECT_EQ(event["kind"], "urn:statsd:event");
  EXPECT_EQ(event["message"], "Deploy failed: line1");
  EXPECT_EQ(event["title"], "Deploy failed");
  EXPECT_EQ(event["text"], "line1\nline2");
  EXPECT_EQ(event["severity"], "error");
  EXPECT_EQ(event["status"], "error");
  EXPECT_EQ(event["host"], "web-7");
  EXPECT_EQ(event["service"], "shop");
  EXPECT_EQ(event["source"], "urn:statsd:web-7");
  EXPECT_EQ(event["timestamp"], "2024-06-01T12:00:00Z");
  EXPECT_EQ(event["aggregation_key"], "deploy-1");
  EXPECT_EQ(event["alert_key"], "deploy-1");
  EXPECT_EQ(event["alert_state"], "firing");
  EXPECT_EQ(event["priority"], "low");
  EXPECT_EQ(event["origin"], "ci");
  EXPECT_EQ(event["container"], "abc");
  EXPECT_EQ(event["tags.env"], R"(["prod","eu"])");
  EXPECT_EQ(event["tags.team"], "core");
  EXPECT_EQ(event["tags.urgent"], "true");
  EXPECT_EQ(event["unknown"], "e:it-1");
}

TEST(Statsd, lengths_are_bytes_of_the_escaped_text) {
  EXPECT_EQ(One("_e{10,24}:test|title|test\\line1\\nline2\\nline3")["title"], "test|title");
  EXPECT_EQ(One("_e{3,2}:\xc3\xb6"
                "x|\xc3\xa4")["message"],
            "\xc3\xb6"
            "x: \xc3\xa4");
  for (const char* line :
       {"_e:title|text", "_e{10,10}:title|text", "_e{0,0}:a|a", "_e{5555:title|text",
        "_e{a,1}:title|text", "_e{,}:title|text", "_e{0,0}:|", "_e{18446744073709551615,1}:a|b",
        "_e{4,4}:title|text", "_e{99999999999999999999,1}:a|b", "_e|text"}) {
    const EntryEvents events = statsd_events(line);
    EXPECT_EQ(events.events.size(), 0u) << line;
    ASSERT_EQ(events.rejected.size(), 1u) << line;
    EXPECT_NE(events.rejected[0].error.find("damaged event"), std::string::npos);
  }
}

TEST(Statsd, lengths_may_count_what_other_languages_call_characters) {
  const std::string title =
      "gr\xc3\xb6\xc3\x9f"
      "e";
  const std::string text = "\xf0\x9f\x94\xa5\xc3\xb6|x";  // A sign beyond UTF-16's first plane.
  for (const char* lengths : {"7,8", "5,5", "5,4"}) {
    const One event("_e{" + std::string(lengths) + "}:" + title + "|" + text + "|t:error|#a:b");
    EXPECT_EQ(event["title"], title) << lengths;
    EXPECT_EQ(event["text"], text) << lengths;
    EXPECT_EQ(event["status"], "error") << lengths;
    EXPECT_EQ(event["tags.a"], "b") << lengths;
  }
  for (const char* lengths : {"6,8", "5,6", "5,9", "7,5"})
    EXPECT_EQ(statsd_events("_e{" + std::string(lengths) + "}:" + title + "|" + text).events.size(),
              0u)
        << lengths;
}

TEST(Statsd, only_good_and_bad_news_under_a_key_are_an_alert) {
  EXPECT_EQ(One("_e{2,4}:hi|okay|k:foo|t:success")["alert_state"], "resolved");
  EXPECT_EQ(One("_e{2,4}:hi|okay|k:foo|t:success")["severity"], "info");
  EXPECT_EQ(One("_e{2,4}:hi|okay|k:foo")["alert_key"], "");
  EXPECT_EQ(One("_e{2,4}:hi|okay|t:error")["alert_key"], "");
}

TEST(Statsd, a_check_is_an_alert_of_its_name_and_host) {
  const One down("_sc|db.up|2|d:1717243200|h:db-1|#env:prod,a:b|m:m: down");
  EXPECT_EQ(down["kind"], "urn:statsd:service_check:critical");
  EXPECT_EQ(down["message"], "Check db.up on db-1 is critical: m: down");
  EXPECT_EQ(down["severity"], "critical");
  EXPECT_EQ(down["status"], "critical");
  EXPECT_EQ(down["service"], "db.up");
  EXPECT_EQ(down["alert_key"], "db.up@db-1");
  EXPECT_EQ(down["alert_state"], "firing");
  EXPECT_EQ(down["tags.env"], "prod");
  const One up("_sc|db.up|0|h:db-1");
  EXPECT_EQ(up["alert_key"], down["alert_key"]);
  EXPECT_EQ(up["alert_state"], "resolved");
  EXPECT_EQ(up["message"], "Check db.up on db-1 is ok");
  EXPECT_EQ(One("_sc|x|3")["severity"], "warning");
}

TEST(Statsd, the_message_of_a_check_is_unescaped_and_may_hold_bars) {
  EXPECT_EQ(One("_sc|a|1|m:one\\ntwo m\\: x")["text"], "one\ntwo m: x");
  const One event("_sc|a|1|m:either|or|c:42");
  EXPECT_EQ(event["text"], "either|or");
  EXPECT_EQ(event["container"], "42");
}

TEST(Statsd, the_host_is_named_or_that_of_the_sender) {
  EXPECT_EQ(One("_sc|a|0|#host:foo")["host"], "foo");
  EXPECT_EQ(One("_sc|a|0")["alert_key"], "a@192.0.2.9");
  EXPECT_EQ(One("_sc|a|0", "unix")["alert_key"], "a");
  EXPECT_EQ(One("_sc|a|0", "unix")["message"], "Check a is ok");
}

TEST(Statsd, damaged_checks_are_refused_alone) {
  const EntryEvents events = statsd_events("_sc|a|4\n_sc||1\n_sc|a\n_sc\n_sc|good|0\n");
  EXPECT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.rejected.size(), 4u);
}

TEST(Statsd, metrics_are_counted_and_nothing_else) {
  const EntryEvents events = statsd_events("a:1|c\nb:2|g|#x\n\n_e{1,1}:t|x\nc:3|ms\r\n");
  EXPECT_EQ(events.events.size(), 1u);
  ASSERT_EQ(events.rejected.size(), 3u);
  for (const event::Rejected& one : events.rejected) EXPECT_EQ(one.error, "a metric");
}

TEST(Statsd, times_that_are_none_are_ours) {
  for (const char* time : {"d:0", "d:-5", "d:99999999999999", "d:x"})
    EXPECT_EQ(One(std::string("_e{1,1}:t|x|") + time)["timestamp"], "2026-01-01T00:00:00.000000Z");
}

TEST(Statsd, bytes_that_are_no_text_are_mended) {
  const One event("_e{1,1}:\xff|x|h:\xfe|#\xff:\xff,\"q\":1,:v");
  EXPECT_TRUE(is_utf8(event.json()));
  EXPECT_EQ(event["tags.\"q\""], "1");
  EXPECT_EQ(event["tags.:v"], "true");
}

/// What Telegraf's and datadog-go's tests expect of lines.
TEST(Statsd, shared_lines_are_read_as_expected) {
  const auto file = [](const char* name) {
    return parse_json(file_text(TT_SHARED_DIR "/data/07-wire/open/" + std::string(name)));
  };
  const auto lines = file("dogstatsd-events.json"), checks = file("dogstatsd-service-checks.json");
  if (!lines || !checks) GTEST_SKIP() << "shared lines are not here";
  int met = 0;
  for (const boost::json::value& one : *list_at(*lines, "")) {
    const std::string_view input = text_at(one, "input");
    const EntryEvents events = statsd_events(input, "default-hostname.");
    // Later versions of the protocol add fields, so an unknown one is no reason to refuse.
    const bool is_good = text_at(one, "expect") != "reject" || input.ends_with("|x:1234");
    ASSERT_EQ(events.events.size(), is_good ? 1u : 0u) << input;
    ++met;
    const boost::json::value* expect = find_at(one, "expect");
    if (!expect->is_object()) continue;
    const auto at = [&](std::string_view name) { return events.events[0].text(name); };
    EXPECT_EQ(at("title"), text_at(*expect, "title"));
    EXPECT_EQ(at("text"), text_at(*expect, "text"));
    EXPECT_EQ(at("status"), text_at(*expect, "alertType"));
    EXPECT_EQ(at("aggregation_key"), text_at(*expect, "aggregationKey"));
    EXPECT_EQ(at("origin"), text_at(*expect, "sourceTypeName"));
    met += 5;
  }
  for (const boost::json::value& one : *list_at(*checks, "")) {
    const EntryEvents events = statsd_events(text_at(one, "input"));
    ASSERT_EQ(events.events.size(), 1u) << text_at(one, "input");
    ++met;
    if (!find_at(one, "expect.tags")) continue;
    EXPECT_EQ(events.events[0].text("check"), text_at(one, "expect.tags.check_name"));
    EXPECT_EQ(events.events[0].text("status"), text_at(one, "expect.fields.status_text"));
    EXPECT_EQ(events.events[0].text("text"), text_at(one, "expect.fields.message"));
    met += 3;
  }
  RecordProperty("expected_values_met", met);
}

/// What statsd_exporter's tests read as metrics, or as nothing at all.
TEST(Statsd, shared_metrics_are_no_events) {
  const auto lines = parse_json(file_text(TT_SHARED_DIR "/data/07-wire/open/statsd-lines.json"));
  if (!lines) GTEST_SKIP() << "shared lines are not here";
  for (const boost::json::value& one : *list_at(*lines, ""))
    EXPECT_TRUE(statsd_events(text_at(one, "input")).events.empty()) << text_at(one, "name");
}

}  // namespace
}  // namespace tt::portals::test
