// Tests of portals/entry/syslog: both forms, their dialects, frames, and what is none of them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/units.h"
#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kSyslogListen[] = "listen: udp://127.0.0.1:5514\n";

/// What came over a connection, with all of it there.
EntryEvents over_tcp(std::string bytes, WallNs now_ns = kArrival, std::string options = "") {
  const ConfiguredEntry syslog("syslog", kSyslogListen + options);
  return decode_all(*syslog.portal, {std::move(bytes), {}, now_ns});
}

class Datagram {
 public:
  explicit Datagram(std::string bytes, WallNs now_ns = kArrival, std::string options = "",
                    DecodeContext context = {}) {
    const ConfiguredEntry syslog("syslog", kSyslogListen + options);
    const auto refusal =
        syslog->decode({.body = bytes, .peer = "192.0.2.9", .now_ns = now_ns, .is_datagram = true},
                       context, events_);
    EXPECT_FALSE(refusal);
    EXPECT_EQ(events_.events.size(), 1u) << bytes;
  }
  std::string operator[](std::string_view name) const {
    const event::Field* field = events_.events.empty() ? nullptr : events_.events[0].find(name);
    return field ? events_.events[0].text(*field) : "";
  }
  std::string json() const { return std::string(events_.events[0].json); }

 private:
  EntryEvents events_;
};

std::vector<std::string> messages(const EntryEvents& events) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < events.events.size(); ++i)
    all.push_back(events.events[i].text("message"));
  return all;
}

using Texts = std::vector<std::string>;

TEST(Syslog, a_message_of_rfc_5424_fills_every_field) {
  const Datagram event(
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 "
      "[exampleSDID@32473 iut=\"3\" eventSource=\"App\\\"\\]\\\\\\n\"][origin ip=\"a\" ip=\"b\"]"
      "[empty][e v=\"\"] \xEF\xBB\xBF"
      "An application event");
  EXPECT_EQ(event["kind"], "urn:syslog:evntslog");
  EXPECT_EQ(event["message"], "An application event");
  EXPECT_EQ(event["severity"], "notice");
  EXPECT_EQ(event["facility"], "local4");
  EXPECT_EQ(event["host"], "mymachine.example.com");
  EXPECT_EQ(event["source"], "urn:syslog:mymachine.example.com:evntslog");
  EXPECT_EQ(event["service"], "evntslog");
  EXPECT_EQ(event["procid"], "77");
  EXPECT_EQ(event["msgid"], "ID47");
  EXPECT_EQ(event["timestamp"], "2003-10-11T22:14:15.003Z");
  EXPECT_EQ(event["sd.exampleSDID@32473.iut"], "3");
  EXPECT_EQ(event["sd.exampleSDID@32473.eventSource"], "App\"]\\\\n");
  EXPECT_EQ(event["sd.origin.ip"], R"(["a","b"])");
  EXPECT_EQ(event["sd.empty"], "true");
  EXPECT_NE(event.json().find(R"("sd.e.v":"")"), std::string::npos);
}

TEST(Syslog, damaged_structured_data_stays_in_the_message) {
  const Datagram event(R"(<132>1 2006-10-29T01:59:59Z h app - - [ok a="1"][a i=""ok"] text)");
  EXPECT_EQ(event["message"], R"([a i=""ok"] text)");
  EXPECT_EQ(event["sd.ok.a"], "1");
  EXPECT_EQ(event["service"], "app");
  EXPECT_EQ(Datagram("<1>1 - - - - - [x")["message"], "[x");
}

TEST(Syslog, structured_data_without_end_costs_neither_time_nor_fields) {
  std::string bytes = "<1>1 - h a - - [x";
  for (int i = 0; i < 10'000; ++i) bytes += " p" + std::to_string(i) + "=\"v\"";
  const Datagram event(bytes + "] text");
  EXPECT_TRUE(event["message"].starts_with("[x p0=\"v\""));
  EXPECT_TRUE(event["message"].ends_with("] text"));
}

TEST(Syslog, a_time_that_is_none_is_kept_and_ours_counts) {
  const Datagram event("<29>1 2006-99-02T15:04:05Z h app - - - hello");
  EXPECT_EQ(event["sent_at"], "2006-99-02T15:04:05Z");
  EXPECT_EQ(event["timestamp"], "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(event["message"], "hello");
}

TEST(Syslog, an_empty_message_says_where_it_came_from) {
  EXPECT_EQ(Datagram("<0>1 - web-1 app - - -")["message"],
            "Empty syslog message from app on web-1");
  EXPECT_EQ(Datagram("<0>1 - - - - - [a b=\"c\"]")["message"],
            "Empty syslog message on 192.0.2.9: [a b=\"c\"]");
}

struct Legacy {
  const char* bytes;
  const char* host;
  const char* service;
  const char* procid;
  const char* message;
  const char* timestamp;
};
constexpr char kNow[] = "2026-01-01T00:00:00.000000Z";
constexpr Legacy kLegacy[] = {
    {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su", "",
     "'su root' failed", "2025-10-11T22:14:15Z"},
    {"<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "10.0.0.99", "", "", "Use the BFG!",
     "2025-02-05T17:32:18Z"},
    {"<7>Aug 29 02:00:00 bzorp ctld/snmpd[2499]: up", "bzorp", "ctld/snmpd", "2499", "up",
     "2025-08-29T02:00:00Z"},
    {"<0>Jan 10 01:00:00 0002:: prg0: msgtxt", "0002::", "prg0", "", "msgtxt",
     "2026-01-10T01:00:00Z"},
    {"<0>Jan 10 01:00:00 prg0: msgtxt", "192.0.2.9", "prg0", "", "msgtxt", "2026-01-10T01:00:00Z"},
    {"<6>Jan  1 00:00:00 last message repeated 3 times", "192.0.2.9", "", "",
     "last message repeated 3 times", "2026-01-01T00:00:00Z"},
    {"<38>Sep 22 10:11:56 Message forwarded from cdaix66: sshd[679960]: Accepted", "cdaix66",
     "sshd", "679960", "Accepted", "2025-09-22T10:11:56Z"},
    {"<190>Apr 15 21:28:13 2007 linksys app: msg", "linksys", "app", "", "msg",
     "2007-04-15T21:28:13Z"},
    {"<11>2024-06-01T12:00:00.5Z db-3 postgres[99] hello", "db-3", "postgres", "99", "hello",
     "2024-06-01T12:00:00.5Z"},
    {"<7>2006-10-29 02:00:00.156+01:00 h a: x", "h", "a", "", "x", "2006-10-29 02:00:00.156+01:00"},
    // Cisco: IOS with a number and an unset clock, with its name, NX-OS, ASA, and no time at all.
    {"<189>25: *Mar  1 00:00:25.123: %SYS-5-CONFIG_I: Configured from console", "192.0.2.9", "SYS",
     "", "%SYS-5-CONFIG_I: Configured from console", "2025-03-01T00:00:25.123Z"},
    {"<189>25: sw-1: .Mar  1 2024 00:00:25.1 UTC: %LINK-3-UPDOWN: eth0 down", "sw-1", "LINK", "",
     "%LINK-3-UPDOWN: eth0 down", "2024-03-01T00:00:25.100Z"},
    {"<187>: 2021 Apr  5 07:05:33 UTC: %ETHPORT-5-IF_UP: up", "192.0.2.9", "ETHPORT", "",
     "%ETHPORT-5-IF_UP: up", "2021-04-05T07:05:33Z"},
    {"<134>25: host-w3k: Feb 13 2007 18:23:21.408 +0100: %ICM_Router-6-10500FF: ok", "host-w3k",
     "ICM_Router", "", "%ICM_Router-6-10500FF: ok", "2007-02-13T17:23:21.408Z"},
    {"<166>Jan 01 2024 12:00:00 asa1 : %ASA-6-302013: Built", "asa1", "ASA", "",
     "%ASA-6-302013: Built", "2024-01-01T12:00:00Z"},
    {"<166>%ASA-6-302013: Built", "192.0.2.9", "ASA", "", "%ASA-6-302013: Built", kNow},
    {"<46>sshd[12]: hello", "192.0.2.9", "sshd", "12", "hello", kNow},
    // Neither: all of it is the message.
    {"<189>some message", "192.0.2.9", "", "", "some message", kNow},
    {"<13>1 apple: eaten", "192.0.2.9", "", "", "1 apple: eaten", kNow},
    {"<13>25: apples", "192.0.2.9", "", "", "25: apples", kNow},
    {"error: disk full", "192.0.2.9", "", "", "error: disk full", kNow},
    {"<1346>impossible", "192.0.2.9", "", "", "<1346>impossible", kNow},
    {"<>x", "192.0.2.9", "", "", "<>x", kNow},
    {"<34>Feb 30 10:00:00 h a: x", "192.0.2.9", "", "", "Feb 30 10:00:00 h a: x", kNow},
};

TEST(Syslog, old_messages_and_their_dialects_are_read) {
  for (const Legacy& one : kLegacy) {
    SCOPED_TRACE(one.bytes);
    const Datagram event(one.bytes);
    EXPECT_EQ(event["host"], one.host);
    EXPECT_EQ(event["service"], one.service);
    EXPECT_EQ(event["procid"], one.procid);
    EXPECT_EQ(event["message"], one.message);
    EXPECT_EQ(event["timestamp"], one.timestamp);
  }
}

TEST(Syslog, a_word_too_long_for_a_host_is_text) {
  const std::string word = R"({"url":"https://x.example/?q=)" + std::string(300, 'a') + "\"}";
  const Datagram event("<13>Aug  7 06:30:00 " + word + " behind");
  EXPECT_EQ(event["host"], "192.0.2.9");
  EXPECT_EQ(event["message"], word + " behind");
}

TEST(Syslog, what_has_no_priority_is_a_notice) {
  EXPECT_EQ(Datagram("hello")["severity"], "notice");
  EXPECT_EQ(Datagram("hello")["facility"], "");
  EXPECT_EQ(Datagram("hello")["kind"], "urn:syslog");
  EXPECT_EQ(Datagram("%LINK-3-UPDOWN: down")["severity"], "error");
  EXPECT_EQ(Datagram("<0>x")["severity"], "emergency");
  EXPECT_EQ(Datagram("<191>x")["severity"], "debug");
  EXPECT_EQ(Datagram("<191>x")["facility"], "local7");
}

TEST(Syslog, the_year_is_the_one_that_makes_sense) {
  const auto at = [](const char* now, const char* sent) {
    return Datagram(std::string("<13>") + sent + " h a: x", *parse_time(now))["timestamp"];
  };
  EXPECT_EQ(at("2026-01-01T00:00:10Z", "Dec 31 23:59:59"), "2025-12-31T23:59:59Z");
  EXPECT_EQ(at("2025-12-31T23:59:50Z", "Jan  1 00:00:05"), "2026-01-01T00:00:05Z");
  EXPECT_EQ(at("2026-06-01T00:00:00Z", "Jun 20 00:00:00"), "2026-06-20T00:00:00Z");
  EXPECT_EQ(at("2026-06-01T00:00:00Z", "Aug 20 00:00:00"), "2025-08-20T00:00:00Z");
  EXPECT_EQ(at("2026-06-01T00:00:00Z", "Feb 29 00:00:00"), "2024-02-29T00:00:00Z");
}

TEST(Syslog, a_time_without_a_zone_is_in_the_configured_one) {
  EXPECT_EQ(Datagram("<13>Jul  1 12:00:00 h a: x", kArrival, "timezone: '+02:00'\n")["timestamp"],
            "2025-07-01T10:00:00Z");
  EXPECT_FALSE(
      ConfiguredEntry(*find_entry("syslog"),
                      std::string("type: syslog\n") + kSyslogListen + "timezone: Mars/Olympus\n")
          .portal);
}

TEST(Syslog, frames_are_told_apart_one_by_one) {
  EXPECT_EQ(messages(over_tcp("<13>one\n8 <13>two\n<13>three\n\n10 <13>fo\nur\n<13>five")),
            (Texts{"one", "two", "three", "fo\nur", "five"}));
  EXPECT_EQ(messages(over_tcp(std::string("<13>nul\0<13>crlf\r\n", 17))), (Texts{"nul", "crlf"}));
  // A number is a count only in front of a message.
  EXPECT_EQ(messages(over_tcp("12 apples\n99999999 <13>x\n0 <13>y\n")),
            (Texts{"12 apples", "99999999 <13>x", "0 <13>y"}));
  // The connection ended early: what came of the message is not lost.
  EXPECT_EQ(messages(over_tcp("16 <13>half")), (Texts{"half"}));
}

TEST(Syslog, frames_wait_for_their_end) {
  const auto whole = find_entry("syslog")->framing.whole;
  EXPECT_EQ(whole(""), 0u);
  EXPECT_EQ(whole("1"), 0u);
  EXPECT_EQ(whole("11 "), 0u);
  EXPECT_EQ(whole("11 <13>hell"), 0u);
  EXPECT_EQ(whole("11 <13>hello w12"), 14u);
  EXPECT_EQ(whole("<13>a\n<13>b"), 6u);
  EXPECT_EQ(whole(std::string(70'000, 'x')), 65'536u) << "a line without end comes in pieces";
}

TEST(Syslog, a_line_without_end_is_cut_and_nothing_of_it_is_lost) {
  const EntryEvents events = over_tcp("<13>" + std::string(100'000, 'x') + "\n");
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[0].text("message").size() + events.events[1].text("message").size(),
            100'000u);
}

TEST(Syslog, a_datagram_is_one_message_whatever_it_holds) {
  EXPECT_EQ(Datagram("<13>multi\nline\n")["message"], "multi\nline");
  EXPECT_EQ(Datagram("9 <13>odd")["message"], "9 <13>odd");
}

TEST(Syslog, silence_is_no_event) {
  EXPECT_TRUE(over_tcp("").events.empty());
  EXPECT_TRUE(over_tcp(" \n\r\n\n").events.empty());
}

TEST(Syslog, bytes_that_are_no_text_are_mended) {
  const Datagram event("<13>1 - h\xff a\xfe - - [i p\xff=\"\xf0\"] \xf0(\x8c( x\n");
  EXPECT_TRUE(is_utf8(event.json()));
  EXPECT_EQ(event["message"], "\xEF\xBF\xBD(\xEF\xBF\xBD( x");
  EXPECT_EQ(event["kind"], "urn:syslog:a_");
}

TEST(Syslog, json_in_a_message_is_opened) {
  for (const char* cookie : {"", "@cee: "}) {
    const Datagram event(std::string("<170>Nov 23 12:37:31 web-7 billing[4706]: ") + cookie +
                         R"({"disk":"sda","message":"raid degraded","slot":3})");
    EXPECT_EQ(event["message"], "raid degraded");
    EXPECT_EQ(event["raw.disk"], "sda");
    EXPECT_EQ(event["severity"], "critical");
  }
  EXPECT_EQ(Datagram(R"(<13>{"a":1})")["message"], R"({"a":1})");
  EXPECT_EQ(Datagram(R"(<13>{"msg":"m"} tail)")["message"], R"({"msg":"m"} tail)");
  EXPECT_EQ(Datagram(R"(<13>{"msg":"m","x":1})", kArrival, "", {.raw = Raw::kDrop})["raw.x"], "");
}

}  // namespace
}  // namespace tt::portals::test
