// Golden events of stream entries: what real clients sent, and lines of other programs' tests.
// TT_UPDATE_GOLDEN=1 rewrites the files.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "base/digest.h"
#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kSharedData = TT_SHARED_DIR "/data/";

struct Payload {
  std::string name, bytes;
  bool is_datagram = false;
};

/// The member names are no paths: `input.txt` is one.
std::string bytes_of(const boost::json::value& one, std::string_view text,
                     std::string_view base64) {
  const boost::json::value* plain = one.get_object().if_contains(text);
  if (plain) return std::string(text_at(*plain, ""));
  return unbase64(text_at(one, base64)).value_or("");
}

/// Every connection and datagram of the captures whose names begin so.
void add_wire_captures(const std::vector<std::string>& prefixes, std::vector<Payload>& out) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kSharedData + "11-captures/open"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string name = file.stem().string();
    if (std::none_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); }))
      continue;
    const auto capture = parse_json(file_text(file.string()));
    for (const boost::json::value& wire : *list_at(*capture, "wire"))
      out.push_back({name, bytes_of(*find_at(wire, "bytes"), "text", "base64"),
                     text_at(wire, "transport") == "udp"});
  }
}

void add_inputs(const std::string& file, std::string_view text, std::string_view base64,
                bool is_datagram, std::vector<Payload>& out) {
  const auto list = parse_json(file_text(kSharedData + file));
  std::size_t index = 0;
  for (const boost::json::value& one : *list_at(*list, ""))
    out.push_back({fs::path(file).stem().string() + " " + std::to_string(index++),
                   bytes_of(one, text, base64), is_datagram});
}

std::vector<Payload> payloads_of(const std::string& entry) {
  std::vector<Payload> all;
  if (entry == "syslog") {
    add_wire_captures({"syslog-", "winston-syslog", "rsyslog", "logger1"}, all);
    add_inputs("06-syslog/open/rfc3164-go-syslog.json", "input", "", true, all);
    add_inputs("06-syslog/open/syslog-ng-msgparse.json", "input", "input_base64", true, all);
    add_inputs("06-syslog/open/framing-telegraf.json", "input.txt", "", false, all);
  } else if (entry == "statsd") {
    add_wire_captures({"dogstatsd"}, all);
    add_inputs("07-wire/open/dogstatsd-events.json", "input", "", true, all);
    add_inputs("07-wire/open/dogstatsd-service-checks.json", "input", "", true, all);
  } else {
    add_wire_captures({"fluent-"}, all);
    add_inputs("07-wire/open/fluent-forward.json", "", "bytes_base64", false, all);
  }
  return all;
}

struct Made {
  std::string payload, json;
};

std::vector<Made> events_of(const std::string& entry) {
  const std::string listen = "listen: tcp://127.0.0.1:1\n";
  const ConfiguredEntry configured(entry, listen);
  std::vector<Made> made;
  for (const Payload& payload : payloads_of(entry)) {
    EntryEvents events;
    EXPECT_FALSE(configured->decode({.body = payload.bytes,
                                     .peer = "192.0.2.1",
                                     .now_ns = kArrival,
                                     .is_datagram = payload.is_datagram},
                                    {}, events));
    for (std::size_t i = 0; i < events.events.size(); ++i)
      made.push_back({payload.name, std::string(events.events[i].json)});
  }
  return made;
}

class StreamGolden : public testing::TestWithParam<const char*> {};

TEST_P(StreamGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kSharedData + "11-captures")) GTEST_SKIP() << "shared payloads are not here";
  expect_golden(GetParam(), events_of(GetParam()), "payload");
}

TEST_P(StreamGolden, every_event_can_be_read_and_placed) {
  if (!fs::exists(kSharedData + "11-captures")) GTEST_SKIP() << "shared payloads are not here";
  for (const Made& one : events_of(GetParam())) {
    SCOPED_TRACE(one.payload + " " + one.json);
    const auto event = parse_json(one.json);
    ASSERT_TRUE(event);
    EXPECT_FALSE(trim(text_at(*event, "message")).empty());
    EXPECT_TRUE(text_at(*event, "kind").starts_with("urn:" + std::string(GetParam())));
    EXPECT_FALSE(text_at(*event, "kind").ends_with(':'));
    EXPECT_TRUE(text_at(*event, "source").starts_with("urn:" + std::string(GetParam()) + ":"));
    EXPECT_TRUE(parse_time(text_at(*event, "timestamp")));
    EXPECT_FALSE(text_at(*event, "severity").empty());
    EXPECT_EQ(find_at(*event, "truncated"), nullptr);
  }
}

/// What Vector's tests expect of its messages.
TEST(ForwardShared, events_are_those_that_others_expect) {
  const auto list = parse_json(file_text(kSharedData + "07-wire/open/fluent-forward.json"));
  if (!list) GTEST_SKIP() << "shared payloads are not here";
  const ConfiguredEntry forward("forward", "listen: tcp://127.0.0.1:1\n");
  int met = 0;
  for (const boost::json::value& one : *list_at(*list, "")) {
    SCOPED_TRACE(text_at(one, "name"));
    const std::string bytes = unbase64(text_at(one, "bytes_base64")).value_or("");
    const EntryEvents events = decode_all(*forward.portal, {bytes, {}});
    const boost::json::array& expected = *list_at(one, "events");
    ASSERT_EQ(events.events.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      for (const auto& [ours, theirs] : {std::pair{"tag", "tag"}, std::pair{"message", "message"},
                                         std::pair{"timestamp", "time"}}) {
        EXPECT_EQ(events.events[i].text(ours), text_at(expected[i], theirs));
        ++met;
      }
  }
  RecordProperty("expected_values_met", met);
}

INSTANTIATE_TEST_SUITE_P(Entries, StreamGolden, testing::Values("forward", "statsd", "syslog"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tt::portals::test
