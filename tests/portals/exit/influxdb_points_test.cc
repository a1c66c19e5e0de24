// Points of InfluxDB: what a reader of line protocol finds in them.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/influxdb_points.h"

#include <boost/json.hpp>

#include "base/random.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/influxdb/line_protocol.h"

namespace tt::portals::test {
namespace {

namespace influx = exit::influxdb;

/// One vector of https://github.com/influxdata/line-protocol, put together by our functions.
std::string written(const boost::json::value& point) {
  std::string out;
  influx::append_measurement(out, text_at(point, "name"));
  for (const boost::json::value& tag : *list_at(point, "tags")) {
    influx::append_key(out += ',', text_at(tag, "key"));
    influx::append_key(out += '=', text_at(tag, "value"));
  }
  char separator = ' ';
  for (const boost::json::value& field : *list_at(point, "fields")) {
    influx::append_key(out += std::exchange(separator, ','), text_at(field, "key"));
    influx::append_string(out += '=', text_at(field, "value.string"));
  }
  return out + " " + any_text_at(point, "time");
}

TEST(Influxdb, names_and_strings_are_written_as_influxdb_writes_them) {
  const auto vectors = shared_json("07-wire/open/influx-line-protocol-encode.json");
  if (!vectors) GTEST_SKIP() << "no shared vectors here";
  int count = 0;
  for (const boost::json::value& one : *list_at(*vectors, "")) {
    const boost::json::value& point = *find_at(one, "input.point");
    const auto& fields = *list_at(point, "fields");
    const bool is_text = std::all_of(fields.begin(), fields.end(), [](const auto& field) {
      return find_at(field, "value.string") != nullptr;
    });
    std::string expected(text_at(one, "output.result"));
    if (expected.empty()) continue;  // Refused there; here an empty tag is left out.
    std::string ours = written(point);
    // Of numbers only what stands before them is ours.
    if (!is_text) {
      const std::size_t end = expected.find(' ', expected.find("=", expected.find(' ')));
      const std::size_t key = expected.substr(0, end).rfind('=');
      if (fields.size() > 1) continue;
      ours = ours.substr(0, key);
      expected = expected.substr(0, key);
    }
    EXPECT_EQ(ours, expected);
    ++count;
  }
  EXPECT_GT(count, 30);
}

TEST(Influxdb, an_event_is_a_point_with_tags_to_group_by_and_fields_to_read) {
  const auto points = points_of(
      kInfluxV2,
      R"({"timestamp":"2026-01-31T13:00:00.123456789+01:00","kind":"k","message":"a, b = \"c\"","severity":"error","host":"db 1","actor":"ada","x":1})");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].measurement, "events");
  EXPECT_EQ(points[0].time, "1769860800123456789");
  EXPECT_EQ(points[0].tags, (std::map<std::string, std::string>{
                                {"host", "db 1"}, {"kind", "k"}, {"severity", "error"}}));
  EXPECT_EQ(points[0].fields,
            (std::map<std::string, std::string>{
                {"id", "7f3a-1"}, {"message", "a, b = \"c\""}, {"actor", "ada"}}));
}

TEST(Influxdb, events_of_one_moment_stay_apart_and_keep_their_time_at_every_retry) {
  const char* kEvents =
      "{\"timestamp\":\"2026-01-31T12:00:00Z\",\"message\":\"m\"}\n"
      "{\"timestamp\":\"2026-01-31T12:00:00Z\",\"message\":\"m\"}\n"
      "{\"timestamp\":\"2026-01-31T12:00:00.000001Z\",\"message\":\"m\"}\n"
      "{\"timestamp\":\"2026-01-31T12:00:00.000000001Z\",\"message\":\"m\"}";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto points = points_of("{url: https://i.example.com, bucket: b}", kEvents);
    ASSERT_EQ(points.size(), 4u);
    EXPECT_EQ(points[0].time, "1769860800000000001");
    EXPECT_EQ(points[1].time, "1769860800000000002");
    EXPECT_EQ(points[2].time, "1769860800000001003");
    EXPECT_EQ(points[3].time, "1769860800000000001") << "the sender's own nanoseconds";
  }
  EXPECT_EQ(points_of(kInfluxV2, kEvents)[1].time, "1769860800000000000");
}

TEST(Influxdb, times_that_influxdb_cannot_hold_become_the_nearest_it_can) {
  const auto points = points_of(kInfluxV2,
                                "{\"timestamp\":\"0001-01-01T00:00:00Z\",\"message\":\"m\"}\n"
                                "{\"timestamp\":\"9999-12-31T00:00:00Z\",\"message\":\"m\"}");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].time, "-9223372036854775806");
  EXPECT_LE(points[1].time, "9223372036854775806");
}

TEST(Influxdb, fields_keep_their_type_and_numbers_have_one_type_only) {
  const Configured influxdb("influxdb", R"(
url: https://i.example.com
bucket: b
fields:
  number: '{{ event.a }}'
  fraction: '{{ event.b }}'
  flag: '{{ event.c }}'
  list: '{{ event.d }}'
  missing: '{{ event.nothing }}'
  huge: '{{ event.e }}'
  fixed: 7
  text: '7'
  message: null
  empty: '{{ event.project }}'
)");
  ASSERT_TRUE(influxdb.portal) << influxdb.problems();
  const auto request = influxdb.portal->encode(
      Outgoing(R"({"message":"m","a":3,"b":3.5,"c":true,"d":["x",1],"e":1e999})").all());
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_NE(
      request->body.find(R"(number=3,fraction=3.5,flag=true,list="[\"x\",1]",fixed=7,text="7" )"),
      std::string::npos)
      << request->body;
  EXPECT_EQ(request->body.find("message="), std::string::npos);
  EXPECT_EQ(request->body.find("empty="), std::string::npos);
  EXPECT_EQ(request->failures.count, 2u) << "what is missing, and what no float holds";
}

TEST(Influxdb, whatever_an_event_holds_it_stays_one_point_of_its_own_tags_and_fields) {
  static const std::vector<std::string> kPieces = {"a",
                                                   " ",
                                                   ",",
                                                   "=",
                                                   "\\",
                                                   "\\\\",
                                                   "\"",
                                                   "#",
                                                   "\n",
                                                   "\r\n",
                                                   "\t",
                                                   "\x01",
                                                   "é",
                                                   "😀",
                                                   "\\n",
                                                   "1i",
                                                   "evil,kind=x message=\"y\" 1\n",
                                                   "0",
                                                   "{",
                                                   "\u2028",
                                                   "\x7f"};
  SeededRandom random(7);
  const auto text = [&] {
    std::string out;
    for (std::uint64_t n = random.below(6); n > 0; --n)
      out += kPieces[random.below(kPieces.size())];
    return out;
  };
  for (int round = 0; round < 500 && !testing::Test::HasFailure(); ++round) {
    std::string ndjson;
    std::vector<std::string> messages, hosts;
    for (int i = 0; i < 3; ++i) {
      messages.push_back("m" + text());
      hosts.push_back("h" + text());
      ndjson += "{\"message\":" + json_string(messages.back()) +
                ",\"host\":" + json_string(hosts.back()) +
                ",\"project\":" + json_string("#" + text()) + "}\n";
    }
    SCOPED_TRACE(ndjson);
    const auto points = points_of(
        "{url: https://i.example.com, bucket: b, measurement: "
        "'{{ event.project }}', tags: {project: '', t: 'x{{ event.host }}'}}",
        ndjson);
    ASSERT_EQ(points.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(points[i].tags.size(), 3u) << "host, kind, t";
      ASSERT_EQ(points[i].fields.size(), 2u) << "id, message";
      EXPECT_EQ(points[i].tags.at("host"), influx::one_line(hosts[i], 1024));
      EXPECT_EQ(points[i].tags.at("t"), "x" + influx::one_line(hosts[i], 1024));
    }
  }
}

TEST(Influxdb, a_tag_loses_only_what_line_protocol_cannot_say) {
  EXPECT_EQ(influx::one_line("C:\\temp\\", 99), "C:\\temp");
  EXPECT_EQ(influx::one_line("a\nb\tc\\d", 99), "a b c\\d");
  EXPECT_EQ(influx::one_line("\\\\", 99), "");
  EXPECT_EQ(influx::one_line("aéé", 4), "aé");
  EXPECT_EQ(influx::one_line("ab\\cd", 3), "ab") << "a cut may not leave a backslash at the end";
}

TEST(Influxdb, a_tag_may_become_a_field_and_a_field_a_tag) {
  const auto points = points_of(
      "{url: https://i.example.com, bucket: b, tags: {source: '', actor: '{{ event.actor }}'}, "
      "fields: {source: '{{ event.source }}'}}",
      R"({"message":"m","source":"urn:a","actor":"ada"})");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].tags.count("source"), 0u);
  EXPECT_EQ(points[0].fields.at("source"), "urn:a");
  EXPECT_EQ(points[0].tags.at("actor"), "ada");
  EXPECT_EQ(points[0].fields.count("actor"), 0u);
}

TEST(Influxdb, long_texts_are_cut_within_the_limits_of_the_server) {
  const std::string json = "{\"message\":" + json_string(std::string(200'000, 'M')) +
                           ",\"host\":" + json_string(std::string(5'000, 'H')) + "}";
  const auto points = points_of(kInfluxV2, json);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].fields.at("message").size(), 65'535u);
  EXPECT_EQ(points[0].tags.at("host").size(), 1'024u);
}

}  // namespace
}  // namespace tt::portals::test
