// What other programs' tests expect of syslog messages, value by value.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstring>
#include <map>

#include "base/digest.h"
#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

const std::string kSyslogData = TT_SHARED_DIR "/data/06-syslog/open/";
constexpr WallNs kClock = 1'549'615'069 * kNsPerSec;  // That of syslog-ng's tests.

constexpr WallNs kTelegrafClock = 1'796'300'000 * kNsPerSec;

constexpr std::string_view kFacilities[] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
constexpr std::string_view kSeverities[] = {"emergency", "alert",  "critical", "error",
                                            "warning",   "notice", "info",     "debug"};

class Judge {
 public:
  explicit Judge(const std::string& options = "timezone: Europe/Berlin\n")
      : entry_("syslog", "listen: udp://127.0.0.1:5514\n" + options) {}

  void read(std::string bytes, WallNs now_ns) {
    read_any(bytes, now_ns, true);
    ASSERT_EQ(events_.events.size(), 1u) << bytes;
  }
  void read_any(std::string bytes, WallNs now_ns, bool is_datagram) {
    events_ = {};
    event_ = 0;
    entry_->decode({.body = bytes, .now_ns = now_ns, .is_datagram = is_datagram}, {}, events_);
    bytes_ = std::move(bytes);
  }
  void turn_to(std::size_t event) { event_ = event; }
  std::size_t events() const { return events_.events.size(); }
  std::string at(std::string_view name) const {
    const event::Field* field = events_.events[event_].find(name);
    return field ? events_.events[event_].text(*field) : "";
  }
  void expect(std::string_view name, std::string_view value) { same(name, at(name), value); }
  void same(std::string_view name, std::string_view is, std::string_view should) {
    ++(is == should ? met : missed);
    if (is != should)
      what += std::string(name) + ": \"" + std::string(is) + "\", not \"" + std::string(should) +
              "\" in " + bytes_.substr(0, 150) + "\n";
  }
  bool has_event() const { return events_.events.size() == 1; }

  int met = 0, missed = 0;
  std::string what;

 private:
  ConfiguredEntry entry_;
  EntryEvents events_;
  std::size_t event_ = 0;
  std::string bytes_;
};

void judge_go_syslog(const std::string& file, Judge& judge, bool has_year) {
  const auto list = parse_json(file_text(kSyslogData + file));
  for (const boost::json::value& one : *list_at(*list, "")) {
    const std::string text(text_at(one, "input"));
    const std::string bytes =
        text.empty() ? unbase64(text_at(one, "input_base64")).value_or("") : text;
    const boost::json::value* value = find_at(one, "value");
    if (!value) {
      // What is refused there is a message like any other here.
      judge.read_any(bytes, kArrival, true);
      judge.same("events", std::to_string(judge.events()), bytes.empty() ? "0" : "1");
      continue;
    }
    judge.read(bytes, kArrival);
    if (!judge.has_event()) continue;
    judge.expect("facility", kFacilities[int_at(*value, "facility")]);
    judge.expect("severity", kSeverities[int_at(*value, "severity")]);
    judge.expect("host", text_at(*value, "hostname"));
    judge.expect("service", text_at(*value, "appname"));
    judge.expect("procid", text_at(*value, "procid"));
    judge.expect("msgid", text_at(*value, "msgid"));
    if (const std::string_view text = text_at(*value, "message"); !trim(text).empty()) {
      // The mark in front says only that the text is UTF-8.
      std::string_view plain = text;
      if (plain.starts_with("\xEF\xBB\xBF")) plain.remove_prefix(3);
      judge.expect("message", plain);
    }
    if (const auto time = parse_time(text_at(*value, "timestamp")); time && has_year)
      judge.same("time", format_time(*parse_time(judge.at("timestamp"))), format_time(*time));
    const boost::json::object* elements = map_at(*value, "structured_data");
    if (!elements) continue;
    for (const auto& [id, parameters] : *elements)
      if (parameters.is_object())
        for (const auto& [name, text] : parameters.get_object())
          judge.expect("sd." + std::string(id) + "." + std::string(name), text_at(text, ""));
  }
}

TEST(SyslogShared, go_syslog) {
  if (file_text(kSyslogData + "rfc5424-go-syslog.json").empty())
    GTEST_SKIP() << "shared messages are not here";
  Judge judge;
  judge_go_syslog("rfc5424-go-syslog.json", judge, true);
  judge_go_syslog("rfc3164-go-syslog.json", judge, false);
  RecordProperty("met", judge.met);
  std::printf("go-syslog: %d expected values met, %d not\n", judge.met, judge.missed);
  EXPECT_EQ(judge.missed, 0) << judge.what;
}

/// Tags and fields of the points that Telegraf expects, in the order of its messages.
std::vector<std::map<std::string, std::string>> telegraf_points(std::string_view lines) {
  std::vector<std::map<std::string, std::string>> points;
  while (lines.starts_with("syslog,")) {
    lines.remove_prefix(7);
    auto& point = points.emplace_back();
    for (int set = 0; set < 2;) {
      const std::size_t equals = std::min(lines.find('='), lines.size());
      const std::string name(lines.substr(0, equals));
      lines.remove_prefix(std::min(equals + 1, lines.size()));
      const bool is_text = lines.starts_with('"');
      std::string& value = point[name];
      std::size_t i = is_text ? 1 : 0;
      for (; i < lines.size() && (is_text ? lines[i] != '"' : !strchr(", ", lines[i])); ++i) {
        if (is_text && lines[i] == '\\') ++i;
        value += is_text && lines[i - 1] == '\\' && lines[i] == 'n' ? '\n' : lines[i];
      }
      lines.remove_prefix(std::min(i + is_text, lines.size()));
      if (!lines.starts_with(',')) ++set;
      if (!lines.empty()) lines.remove_prefix(1);
    }
    while (!lines.empty() && lines.front() != 's') lines.remove_prefix(1);  // Its own time.
  }
  return points;
}

void judge_telegraf(const std::map<std::string, std::string>& point, Judge& judge) {
  const std::map<std::string, std::string> names{{"facility", "facility"},
                                                 {"hostname", "host"},
                                                 {"appname", "service"},
                                                 {"procid", "procid"},
                                                 {"msgid", "msgid"},
                                                 {"message", "message"},
                                                 {"origin", "sd.origin"},
                                                 {"meta_sequence", "sd.meta.sequence"},
                                                 {"meta_service", "sd.meta.service"}};
  for (const auto& [name, value] : point) {
    if (name == "severity")
      judge.expect(name, normalise_severity(value));
    else if (name == "timestamp")
      judge.same(name, std::to_string(*parse_time(judge.at("timestamp"))) + "i", value);
    else if (const auto ours = names.find(name); ours != names.end())
      judge.expect(ours->second, value);
  }
}

TEST(SyslogShared, telegraf) {
  const auto list = parse_json(file_text(kSyslogData + "framing-telegraf.json"));
  if (!list) GTEST_SKIP() << "shared messages are not here";
  Judge judge("");
  for (const boost::json::value& one : *list_at(*list, "")) {
    // The names of the members are no paths.
    const auto member = [&](const char* name) {
      const boost::json::value* text = one.get_object().if_contains(name);
      return text ? text_at(*text, "") : std::string_view{};
    };
    judge.read_any(std::string(member("input.txt")), kTelegrafClock,
                   member("telegraf.conf").find("udp:") != std::string_view::npos);
    const auto points = telegraf_points(member("expected.out"));
    // What it refuses is kept here.
    if (points.empty()) continue;
    judge.same("events", std::to_string(judge.events()), std::to_string(points.size()));
    for (std::size_t i = 0; i < std::min(points.size(), judge.events()); ++i) {
      judge.turn_to(i);
      judge_telegraf(points[i], judge);
    }
  }
  RecordProperty("met", judge.met);
  std::printf("telegraf: %d expected values met, %d not\n%s", judge.met, judge.missed,
              judge.what.c_str());
  // A frame whose length ends inside the next message: what is left of that one is kept here.
  EXPECT_LE(judge.missed, 1) << judge.what;
}

TEST(SyslogShared, syslog_ng) {
  const auto list = parse_json(file_text(kSyslogData + "syslog-ng-msgparse.json"));
  if (!list) GTEST_SKIP() << "shared messages are not here";
  Judge judge;
  for (const boost::json::value& one : *list_at(*list, "")) {
    const std::string text(text_at(one, "input"));
    judge.read(text.empty() ? unbase64(text_at(one, "input_base64")).value_or("") : text, kClock);
    if (!judge.has_event()) continue;
    const boost::json::value& expect = *find_at(one, "expect");
    // Its own log line about a message that it refuses; we refuse none.
    if (text_at(expect, "msg").starts_with("Error processing")) continue;
    judge.expect("severity", kSeverities[int_at(expect, "pri") % 8]);
    if (!text_at(expect, "host").empty()) judge.expect("host", text_at(expect, "host"));
    if (!text_at(expect, "program").empty()) judge.expect("service", text_at(expect, "program"));
    if (!text_at(expect, "pid").empty()) judge.expect("procid", text_at(expect, "pid"));
    if (!text_at(expect, "msg").empty()) judge.expect("message", text_at(expect, "msg"));
    if (find_at(expect, "unix") && text_at(expect, "time") != "now")
      judge.same("time", std::to_string(*parse_time(judge.at("timestamp")) / kNsPerSec),
                 std::to_string(int_at(expect, "unix")));
    if (const auto* pairs = list_at(expect, "sd_pairs"))
      for (const boost::json::value& pair : *pairs) {
        std::string name(text_at(pair, "0"));
        judge.expect("sd." + name.substr(std::string_view(".SDATA.").size()), text_at(pair, "1"));
      }
  }
  std::printf("syslog-ng: %d expected values met, %d not\n%s", judge.met, judge.missed,
              judge.what.c_str());
  // Cases for its options that take the host away or refuse long names, its year for a date that
  // lies nine months ahead, and words without a colon, which it takes for programs.
  EXPECT_LE(judge.missed, 13) << judge.what;
}

}  // namespace
}  // namespace tt::portals::test
