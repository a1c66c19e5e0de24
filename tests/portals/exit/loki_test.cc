// Streams of Loki: what is grouped, sorted and shortened, and what the answers mean.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

std::shared_ptr<const boost::json::value> pushed(std::string_view yaml, std::string_view ndjson) {
  const Configured loki("loki", yaml);
  if (!loki.portal) {
    ADD_FAILURE() << loki.problems();
    return nullptr;
  }
  const auto request = loki.portal->encode(Outgoing(ndjson).all());
  if (!request.ok()) {
    ADD_FAILURE() << request.error().text;
    return nullptr;
  }
  return parse_json(request->body);
}

std::string at(const std::shared_ptr<const boost::json::value>& json, std::string_view path) {
  const boost::json::value* found = json ? find_at(*json, path) : nullptr;
  return found ? json_text(*found) : "nothing";
}

TEST(Loki, events_of_the_same_labels_are_one_stream_in_the_order_of_time) {
  const auto body = pushed("{url: https://l.example.com, line: '{{ event.message }}'}", R"(
{"timestamp":"2026-01-31T12:00:02Z","kind":"a","severity":"info","message":"2"}
{"timestamp":"2026-01-31T12:00:00Z","kind":"b","message":"other"}
{"timestamp":"2026-01-31T12:00:01Z","kind":"a","severity":"info","message":"1"}
{"timestamp":"2026-01-31T12:00:02Z","kind":"a","severity":"info","message":"3"}
)");
  EXPECT_EQ(at(body, "streams.0.stream"), R"({"job":"time-tunnel","kind":"a","severity":"info"})");
  EXPECT_EQ(at(body, "streams.0.values"), R"([["1769860801000000000","1",{"id":"7f3a-3"}],)"
                                          R"(["1769860802000000000","2",{"id":"7f3a-1"}],)"
                                          R"(["1769860802000000000","3",{"id":"7f3a-4"}]])");
  EXPECT_EQ(at(body, "streams.1.stream"), R"({"job":"time-tunnel","kind":"b"})");
  EXPECT_EQ(at(body, "streams.2"), "nothing");
}

TEST(Loki, the_line_is_the_event_as_it_is) {
  const std::string event =
      R"({"timestamp":"2026-01-31T12:00:00Z","kind":"k","message":"m","n":1.50})";
  EXPECT_EQ(at(pushed("url: https://l.example.com", event), "streams.0.values.0.1"),
            json_string(event));
}

TEST(Loki, a_push_has_the_shape_of_other_clients) {
  const Json capture = shared_json("11-captures/open/loki-winston.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  const auto theirs = parse_json(text_at(*capture, "wire.0.body.text"));
  const auto ours = pushed("url: https://l.example.com", R"({"message":"m"})");
  ASSERT_TRUE(theirs && ours);
  for (const char* path :
       {"streams", "streams.0", "streams.0.stream", "streams.0.values", "streams.0.values.0",
        "streams.0.values.0.0", "streams.0.values.0.1", "streams.0.values.0.2"}) {
    ASSERT_TRUE(find_at(*ours, path)) << path;
    EXPECT_EQ(find_at(*ours, path)->kind(), find_at(*theirs, path)->kind()) << path;
  }
  EXPECT_EQ(list_at(*ours, "streams.0.values.0")->size(), 3u);
}

TEST(Loki, names_are_made_fit_and_empty_values_left_out) {
  const auto body = pushed(
      "{url: https://l.example.com, labels: {k8s.pod-name: a, 9lives: b, é: c, gone: '', "
      "space: '  '}, metadata: {event.actor: '{{ event.actor }}', none: '{{ event.host }}'}}",
      R"({"message":"m","actor":"ada"})");
  EXPECT_EQ(at(body, "streams.0.stream"), R"({"k8s_pod_name":"a","_9lives":"b","__":"c"})");
  EXPECT_EQ(at(body, "streams.0.values.0.2"), R"({"event_actor":"ada"})");
}

TEST(Loki, a_stream_has_a_label_even_when_the_event_has_nothing_for_it) {
  const auto body = pushed("{url: https://l.example.com, labels: {team: '{{ event.team }}'}}",
                           R"({"message":"m"})");
  EXPECT_EQ(at(body, "streams.0.stream"), R"({"job":"time-tunnel"})");
}

TEST(Loki, metadata_can_be_switched_off_for_a_server_that_takes_none) {
  const auto body = pushed("{url: https://l.example.com, metadata: {}, line: x}",
                           R"({"message":"m","timestamp":"2026-01-31T12:00:00Z"})");
  EXPECT_EQ(at(body, "streams.0.values"), R"([["1769860800000000000","x"]])");
}

TEST(Loki, a_long_event_is_shortened_and_stays_json) {
  const std::string event = "{\"message\":" + json_string(std::string(300'000, 'M')) +
                            ",\"host\":\"h\",\"kind\":" + json_string(std::string(3'000, 'K')) +
                            "}";
  const auto body = pushed("url: https://l.example.com", event);
  const std::string line(text_at(*body, "streams.0.values.0.1"));
  EXPECT_LE(line.size(), 256u << 10);
  const auto json = parse_json(line);
  ASSERT_TRUE(json);
  EXPECT_TRUE(bool_at(*json, "truncated"));
  EXPECT_EQ(text_at(*json, "host"), "h");
  EXPECT_TRUE(text_at(*json, "message").starts_with("MMMM"));
  EXPECT_EQ(text_at(*body, "streams.0.stream.kind").size(), 2048u);

  const auto text =
      pushed("{url: https://l.example.com, line_max: 1KiB, line: '{{ event.message }}'}", event);
  EXPECT_LE(text_at(*text, "streams.0.values.0.1").size(), 1024u);
}

TEST(Loki, whatever_an_event_holds_it_stays_one_line_with_its_own_labels) {
  static const std::vector<std::string> kPieces = {
      "a", "\"", "\\", "\n", "{", "}", "]", ",", "\x01", "é", "😀", "\"]]}]}", "\u2028", "=", " "};
  SeededRandom random(5);
  const auto text = [&] {
    std::string out;
    for (std::uint64_t n = random.below(6); n > 0; --n)
      out += kPieces[random.below(kPieces.size())];
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    std::string ndjson;
    for (int i = 0; i < 3; ++i)
      ndjson += "{\"message\":" + json_string("m" + text()) + ",\"host\":" + json_string(text()) +
                ",\"severity\":" + json_string(text()) + "}\n";
    SCOPED_TRACE(ndjson);
    const auto body = pushed("{url: https://l.example.com, line: '{{ event.message }}'}", ndjson);
    ASSERT_TRUE(body);
    std::size_t lines = 0;
    for (const boost::json::value& stream : *list_at(*body, "streams")) {
      for (const auto& [name, value] : *map_at(stream, "stream"))
        EXPECT_TRUE(name == "job" || name == "kind" || name == "host" || name == "severity");
      for (const boost::json::value& line : *list_at(stream, "values")) {
        EXPECT_EQ(line.get_array().size(), 3u);
        ++lines;
      }
    }
    ASSERT_EQ(lines, 3u);
  }
}

TEST(Loki, answers) {
  struct Row {
    int status;
    const char* body;
    VerdictKind kind;
  };
  const Row rows[] = {
      {204, "", VerdictKind::kDelivered},
      {200, "", VerdictKind::kDelivered},
      {200, "<!doctype html>", VerdictKind::kMisconfigured},
      {260, "ingestion is blocked until 2026-02-01", VerdictKind::kMisconfigured},
      {400, "entry with timestamp 2026-01-01 ignored, reason: 'entry too far behind'",
       VerdictKind::kRejected},
      {400, "error at least one label pair is required per stream", VerdictKind::kRejected},
      {400,
       "stream '{job=\"x\"}' includes structured metadata, but this feature is disallowed. Please "
       "see `limits_config.allow_structured_metadata` or contact your Loki administrator",
       VerdictKind::kMisconfigured},
      {401, "no org id", VerdictKind::kMisconfigured},
      {404, "404 page not found", VerdictKind::kMisconfigured},
      {413, "request too large", VerdictKind::kRejected},
      {429, "Ingestion rate limit exceeded for user fake", VerdictKind::kRetry},
      {500, "", VerdictKind::kRetry},
      {503, "", VerdictKind::kRetry},
  };
  const Configured loki("loki", "url: https://l.example.com");
  ASSERT_TRUE(loki.portal) << loki.problems();
  for (const Row& row : rows) {
    const auto verdicts = loki.portal->judge({.status = row.status, .body = row.body}, 9, kNow);
    ASSERT_EQ(verdicts.size(), 1u) << "one for the batch: a refused one is halved";
    EXPECT_EQ(verdicts[0].kind, row.kind) << row.status << " " << row.body;
  }
  EXPECT_EQ(loki.portal->judge({.status = 429, .headers = {{"Retry-After", "5"}}}, 9, kNow)
                .front()
                .retry_after_ns,
            5 * kNsPerSec);
}

TEST(Loki, options_that_cannot_be_meant_are_told) {
  const std::pair<const char*, const char*> wrong[] = {
      {"url: https://l.example.com/loki/api/v1/push", "without /loki/api/v1/push"},
      {"{url: https://l.example.com, tenant: 'a b'}", "`tenant` is made of"},
      {"{url: https://l.example.com, tenant: 'a|b'}", "`tenant` is made of"},
      {"{url: https://l.example.com, tenant: '..'}", "`tenant` is made of"},
      {"{url: https://l.example.com, labels: {a.b: x, a-b: y}}", "two names become a_b"},
      {"{url: https://l.example.com, metadata: {'': x}}", "a name is empty"},
      {"{url: https://l.example.com, line_max: 100}", "line_max"},
  };
  for (const auto& [yaml, problem] : wrong) {
    const Configured loki("loki", yaml);
    EXPECT_FALSE(loki.portal) << yaml;
    EXPECT_NE(loki.problems().find(problem), std::string::npos) << yaml << "\n" << loki.problems();
  }
}

TEST(Loki, the_tenant_goes_in_its_header) {
  const Configured loki("loki", "{url: https://l.example.com, tenant: team-1}");
  ASSERT_TRUE(loki.portal) << loki.problems();
  const auto request = loki.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.masked(), "https://l.example.com/loki/api/v1/push");
  ASSERT_EQ(request->headers.size(), 2u);
  EXPECT_EQ(request->headers[1].first, "X-Scope-OrgID");
  EXPECT_EQ(request->headers[1].second.masked(), "team-1");
}

}  // namespace
}  // namespace tt::portals::test
