// Points of InfluxDB: what a reader of line protocol finds in them, and what the answers mean.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>

#include "base/random.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"
#include "portals/exit/influxdb/line_protocol.h"

namespace tt::portals::test {
namespace {

namespace influx = exit::influxdb;

constexpr const char* kV2 = "{url: https://i.example.com, org: o, bucket: b, unique_times: false}";

/// A point as a reader finds it, written by the rules of the documentation and not by our writer:
/// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
struct Point {
  std::string measurement, time;
  std::map<std::string, std::string> tags, fields;  // Strings of fields without their quotes.
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Point> points() {
    std::vector<Point> all;
    while (at_ < text_.size()) all.push_back(point());
    return all;
  }

 private:
  Point point() {
    Point p;
    p.measurement = name(", ");
    while (take(',')) {
      const std::string key = name("=, ");
      EXPECT_TRUE(take('=')) << "a tag has a value";
      EXPECT_TRUE(p.tags.emplace(key, name(", =")).second) << "twice: " << key;
      EXPECT_NE(p.tags[key], "") << key;
    }
    EXPECT_TRUE(take(' '));
    do {
      const std::string key = name("=, ");
      EXPECT_TRUE(take('=')) << "a field has a value";
      EXPECT_TRUE(p.fields.emplace(key, take('"') ? string() : name(", ")).second) << key;
    } while (take(','));
    EXPECT_TRUE(take(' '));
    p.time = name("");
    EXPECT_TRUE(take('\n'));
    return p;
  }
  bool take(char c) {
    const bool is_there = at_ < text_.size() && text_[at_] == c;
    at_ += is_there;
    return is_there;
  }
  /// Up to one of `ends` that no backslash stands before.
  std::string name(std::string_view ends) {
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      const bool is_escape = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                             std::string_view(", =").find(text_[at_ + 1]) != std::string_view::npos;
      if (is_escape)
        ++at_;
      else if (ends.find(text_[at_]) != std::string_view::npos)
        break;
      out += text_[at_];
    }
    return out;
  }
  std::string string() {
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      EXPECT_NE(text_[at_], '\n') << "some servers cut here";
      if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
          (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\'))
        ++at_;
      out += text_[at_];
    }
    EXPECT_TRUE(take('"'));
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::vector<Point> points_of(std::string_view yaml, std::string_view ndjson) {
  const Configured configured("influxdb", yaml);
  if (!configured.portal) {
    ADD_FAILURE() << configured.problems();
    return {};
  }
  const auto request = configured.portal->encode(Outgoing(ndjson).all());
  if (!request.ok()) {
    ADD_FAILURE() << request.error().text;
    return {};
  }
  return Reader(request->body).points();
}

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

TEST(Influxdb, the_request_is_that_of_influxdbs_own_client) {
  const auto capture = shared_json("11-captures/open/influxdb-client-write.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  ::setenv("TT_TEST_INFLUXDB_TOKEN", "tok", 1);
  const Configured influxdb("influxdb",
                            "{url: 'http://127.0.0.1:19080/', org: org, bucket: bucket, "
                            "token: {env: TT_TEST_INFLUXDB_TOKEN}}");
  ASSERT_TRUE(influxdb.portal) << influxdb.problems();
  const auto request = influxdb.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.reveal(),
            "http://127.0.0.1:19080" + std::string(text_at(*capture, "wire.0.target")));
  std::map<std::string, std::string> theirs;
  for (const boost::json::value& field : *list_at(*capture, "wire.0.headers"))
    theirs[to_lower(text_at(field, "0"))] = text_at(field, "1");
  for (const auto& [name, value] : request->headers)
    EXPECT_EQ(value.reveal(), theirs[to_lower(name)]) << name;
}

TEST(Influxdb, an_event_is_a_point_with_tags_to_group_by_and_fields_to_read) {
  const auto points = points_of(
      kV2,
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
  EXPECT_EQ(points_of(kV2, kEvents)[1].time, "1769860800000000000");
}

TEST(Influxdb, times_that_influxdb_cannot_hold_become_the_nearest_it_can) {
  const auto points = points_of(kV2,
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

TEST(Influxdb, answers) {
  struct Row {
    int status;
    const char* body;
    VerdictKind kind;
  };
  const Row rows[] = {
      {204, "", VerdictKind::kDelivered},
      {200, "", VerdictKind::kDelivered},
      {200, R"({"error":"timeout"})", VerdictKind::kRejected},
      {200, "<html>log in</html>", VerdictKind::kMisconfigured},
      {400, R"({"code":"invalid","message":"unable to parse 'x': missing fields","line":2})",
       VerdictKind::kRejected},
      {400, R"({"error":"partial write: points beyond retention policy dropped=1"})",
       VerdictKind::kRejected},
      {400, R"({"code":"invalid","message":"Please provide either orgID or org"})",
       VerdictKind::kMisconfigured},
      {401, R"({"code":"unauthorized"})", VerdictKind::kMisconfigured},
      {404, R"({"error":"database not found: \"events\""})", VerdictKind::kMisconfigured},
      {413, R"({"code":"request too large"})", VerdictKind::kRejected},
      {422, R"({"message":"partial write: field type conflict"})", VerdictKind::kRejected},
      {429, "", VerdictKind::kRetry},
      {500, R"({"error":"timeout"})", VerdictKind::kRetry},
      {500, R"({"error":"retention policy not found: 2w"})", VerdictKind::kMisconfigured},
      {503, "", VerdictKind::kRetry},
  };
  for (const char* yaml : {kV2, "{url: https://i.example.com, database: d}"}) {
    const Configured influxdb("influxdb", yaml);
    ASSERT_TRUE(influxdb.portal) << influxdb.problems();
    for (const Row& row : rows) {
      const auto verdicts =
          influxdb.portal->judge({.status = row.status, .body = row.body}, 9, kNow);
      ASSERT_EQ(verdicts.size(), 1u) << "one for the batch: a refused one is halved";
      EXPECT_EQ(verdicts[0].kind, row.kind) << row.status << " " << row.body;
    }
  }
}

TEST(Influxdb, the_pause_and_the_bad_line_are_told) {
  const Configured influxdb("influxdb", kV2);
  ASSERT_TRUE(influxdb.portal) << influxdb.problems();
  const auto judge = [&](const ExitAnswer& answer) {
    return influxdb.portal->judge(answer, 9, kNow).front();
  };
  EXPECT_EQ(judge({.status = 429, .headers = {{"Retry-After", "13"}}}).retry_after_ns,
            13 * kNsPerSec);
  EXPECT_EQ(judge({.status = 503, .headers = {{"Retry-After", "7"}}}).retry_after_ns,
            7 * kNsPerSec);
  EXPECT_EQ(judge({.status = 400, .body = "unable to parse 'x': missing fields"}).text,
            "HTTP 400 Bad Request: unable to parse 'x': missing fields");
}

TEST(Influxdb, the_api_follows_from_what_is_given_and_contradictions_are_told) {
  const auto url = [](std::string_view yaml) {
    const Configured influxdb("influxdb", yaml);
    if (!influxdb.portal) return influxdb.problems();
    return influxdb.portal->encode(Outgoing(R"({"message":"m"})").all())->url.masked();
  };
  EXPECT_EQ(url("{url: https://i, bucket: b}"), "https://i/api/v2/write?bucket=b&precision=ns");
  EXPECT_EQ(url("{url: https://i, database: d}"), "https://i/write?db=d&precision=ns");
  EXPECT_EQ(url("{url: https://i, version: v1, database: d, retention_policy: 2w}"),
            "https://i/write?db=d&rp=2w&precision=ns");
  const std::pair<const char*, const char*> wrong[] = {
      {"{url: https://i}", "`bucket` is missing"},
      {"{url: https://i, version: v1}", "`database` is missing"},
      {"{url: https://i, version: v2, database: d}", "`bucket` is missing"},
      {"{url: https://i, bucket: b, database: d}", "exclude each other"},
      {"{url: https://i, database: d, org: o}", "`org` belongs to"},
      {"{url: https://i, bucket: b, retention_policy: r}", "`retention_policy` belongs to"},
      {"{url: https://i/api/v2/write, bucket: b}", "without /write"},
      {"{url: https://i, bucket: b, tags: {time: x}}", "keeps for itself"},
      {"{url: https://i, bucket: b, fields: {_field: x}}", "keeps for itself"},
      {"{url: https://i, bucket: b, fields: {host: x}}", "is a tag already"},
      {"{url: https://i, bucket: b, tags: {x: y}, fields: {x: z}}", "is a tag already"},
      {"{url: https://i, bucket: b, tags: {'a\\': x}}", "ends in a backslash"},
  };
  for (const auto& [yaml, problem] : wrong)
    EXPECT_NE(url(yaml).find(problem), std::string::npos) << yaml << "\n" << url(yaml);
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
  const auto points = points_of(kV2, json);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].fields.at("message").size(), 65'535u);
  EXPECT_EQ(points[0].tags.at("host").size(), 1'024u);
}

}  // namespace
}  // namespace tt::portals::test
