// Tests of portals/entry/lines: of JSON a bad line is refused alone, of text none is ever lost.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kLinesListen = "listen: tcp://127.0.0.1:5170\n";

EntryEvents lines_events(std::string body, DecodeContext context = {}) {
  const ConfiguredEntry lines("lines", kLinesListen);
  EntryEvents events;
  const auto refusal = lines->decode({.body = body, .now_ns = kArrival}, context, events);
  EXPECT_FALSE(refusal);
  return events;
}

TEST(Lines, every_good_line_is_an_event) {
  const EntryEvents events = lines_events("{\"message\":\"a\"}\r\n\n{\"message\":\"b\"}");
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[1].text("message"), "b");
  EXPECT_TRUE(events.rejected.empty());
}

TEST(Lines, bad_lines_are_refused_alone) {
  const EntryEvents events = lines_events(
      "{\"message\":\"a\"}\n{oops\n\n{\"message\":\"b\"}\n{\"kind\":\"x\"}\n\xff\n{\"message\":"
      "\"c\"");
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[0].text("message"), "a");
  EXPECT_EQ(events.events[1].text("message"), "b");
  ASSERT_EQ(events.rejected.size(), 4u);
  EXPECT_EQ(events.rejected[0].index, 1u);
  EXPECT_EQ(events.rejected[1].index, 3u);
  EXPECT_EQ(events.rejected[2].index, 4u);
  EXPECT_EQ(events.rejected[3].index, 5u);
  for (const event::Rejected& one : events.rejected) EXPECT_FALSE(one.error.empty());
}

TEST(Lines, a_run_of_lines_is_no_batch) {
  DecodeContext context;
  context.limits.batch_events_max = 2;
  std::string body;
  for (int i = 0; i < 50; ++i) body += "{\"message\":\"m\"}\n";
  EXPECT_EQ(lines_events(body, context).events.size(), 50u);
  EXPECT_EQ(lines_events(body + "oops", context).events.size(), 50u);
}

TEST(Lines, nothing_is_nothing) {
  EXPECT_EQ(lines_events("").events.size(), 0u);
  EXPECT_EQ(lines_events("\n\n").rejected.size(), 0u);
}

TEST(Lines, listens_where_it_is_told) {
  const ConfiguredEntry lines("lines", "listen: [stdin, unix:/run/tt.sock]\n");
  EXPECT_EQ(lines->listen(), (std::vector<std::string>{"stdin", "unix:/run/tt.sock"}));
  EXPECT_EQ(lines->path(), "");
}

TEST(Lines, needs_to_know_where_lines_come_from) {
  const ConfiguredEntry nowhere(*find_entry("lines"), "type: lines\n");
  EXPECT_FALSE(nowhere.portal);
  EXPECT_THAT(nowhere.problems(), HasSubstr("say `listen` or `files`"));
}

TEST(Lines, reads_the_files_that_it_is_told) {
  const ConfiguredEntry lines("lines",
                              "files: [/var/log/app/*.log, ./own.log]\nexclude: /var/log/app/x*\n"
                              "from: beginning\n");
  const auto files = lines->files();
  ASSERT_TRUE(files);
  EXPECT_THAT(files->patterns, ElementsAre("/var/log/app/*.log", "./own.log"));
  EXPECT_THAT(files->excluded, ElementsAre("/var/log/app/x*"));
  EXPECT_TRUE(files->from_beginning);
  EXPECT_TRUE(lines->listen().empty());
  EXPECT_FALSE(
      ConfiguredEntry(*find_entry("lines"), "type: lines\nlisten: stdin\nexclude: /var/log/x\n")
          .portal);
}

/// The events of `body`, each as JSON without the timestamp that the server added.
std::vector<std::string> line_texts(const std::string& options, std::string_view body,
                                    std::string_view peer = "stdin") {
  const ConfiguredEntry lines("lines", kLinesListen + options);
  EntryEvents events;
  EXPECT_FALSE(lines->decode({.body = body, .peer = peer, .now_ns = kArrival}, {}, events));
  EXPECT_TRUE(events.rejected.empty());
  std::vector<std::string> all;
  for (std::size_t i = 0; i < events.events.size(); ++i) {
    std::string json(events.events[i].json);
    const std::string added = R"(,"timestamp":"2026-01-01T00:00:00.000000Z"})";
    if (json.ends_with(added)) json.replace(json.size() - added.size(), added.size(), "}");
    all.push_back(std::move(json));
  }
  return all;
}

TEST(LinesRaw, the_line_is_the_message) {
  EXPECT_THAT(line_texts("format: raw\n", "one\r\n\n \t\n  at two\nlevel=info"),
              ElementsAre(R"({"kind":"urn:lines:line","message":"one"})",
                          R"({"kind":"urn:lines:line","message":"  at two"})",
                          R"({"kind":"urn:lines:line","message":"level=info"})"));
}

TEST(LinesRaw, bytes_that_are_no_text_are_replaced_and_what_is_too_long_is_cut) {
  EXPECT_THAT(line_texts("format: raw\n", "a\xff\x01\n"),
              ElementsAre("{\"kind\":\"urn:lines:line\",\"message\":\"a\xEF\xBF\xBD\\u0001\"}"));
  const auto cut = line_texts("format: raw\n", std::string(2u << 20, 'x'));
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_THAT(cut[0], HasSubstr("\"truncated\":true"));
}

TEST(LinesRaw, who_sent_it_is_its_host_or_its_file) {
  EXPECT_THAT(line_texts("format: raw\n", "m", "192.0.2.7"),
              ElementsAre(R"({"kind":"urn:lines:line","message":"m","host":"192.0.2.7"})"));
  EXPECT_THAT(
      line_texts("format: raw\n", "m", "/var/log/my app.log"),
      ElementsAre(
          R"({"kind":"urn:lines:line","message":"m","source":"file:///var/log/my%20app.log"})"));
}

TEST(LinesLogfmt, pairs_become_fields_and_the_usual_names_what_they_mean) {
  EXPECT_THAT(
      line_texts("format: logfmt\n",
                 R"(ts=2026-01-31T12:00:00.5Z level=warn msg="disk \"a\" is\tfull" hostname=web-1 )"
                 R"(app=shop status=507 empty= retry kind=urn:shop:disk)"),
      ElementsAre(R"({"kind":"urn:shop:disk","severity":"warning",)"
                  R"("message":"disk \"a\" is\tfull","host":"web-1","service":"shop",)"
                  R"("timestamp":"2026-01-31T12:00:00.5Z","hostname":"web-1","app":"shop",)"
                  R"("status":"507","empty":"","retry":true})"));
}

TEST(LinesLogfmt, without_a_message_it_is_the_line) {
  EXPECT_THAT(line_texts("format: logfmt\n", "at=info method=GET"),
              ElementsAre(R"({"kind":"urn:lines:line","message":"at=info method=GET","at":"info",)"
                          R"("method":"GET"})"));
}

TEST(LinesLogfmt, what_is_none_is_kept_and_says_so) {
  for (const char* line : {"plain text with a=b", "a=\"no end", "=x", "a=\"b\"c", "\"quoted\"=1"})
    EXPECT_THAT(line_texts("format: logfmt\n", line),
                ElementsAre(R"({"kind":"urn:lines:line","message":)" + json_string(line) +
                            R"(,"unmatched":true})"));
}

TEST(LinesLogfmt, values_that_mean_nothing_keep_their_names) {
  // No time, no severity, and a second name for what has one.
  EXPECT_THAT(line_texts("format: logfmt\n", "timestamp=yesterday level=7up msg=a message=b"),
              ElementsAre(R"({"kind":"urn:lines:line","message":"b","sent_at":"yesterday",)"
                          R"("level":"7up","msg":"a"})"));
}

TEST(LinesLogfmt, names_are_as_long_as_they_are) {
  const std::string name(200, 'n');
  EXPECT_THAT(line_texts("format: logfmt\n", name + "= " + name + "2=v"),
              ElementsAre(R"({"kind":"urn:lines:line","message":")" + name + "= " + name +
                          R"(2=v",")" + name + R"(":"",")" + name + R"(2":"v"})"));
}

TEST(LinesLogfmt, escapes_are_those_of_json) {
  EXPECT_THAT(line_texts("format: logfmt\n", R"(msg="\u00e9 \ud83d\ude00 \ud83d \q \\" x="\n")"),
              ElementsAre("{\"kind\":\"urn:lines:line\",\"message\":"
                          "\"é 😀 \xEF\xBF\xBD \\\\q \\\\\",\"x\":\"\\n\"}"));
}

TEST(LinesLogfmt, more_pairs_than_an_event_should_have_are_cut) {
  std::string line;
  for (int i = 0; i < 300; ++i) line += "k" + std::to_string(i) + "=v ";
  const auto cut = line_texts("format: logfmt\n", line);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_THAT(cut[0], HasSubstr("\"k255\":\"v\",\"truncated\":true"));
  EXPECT_THAT(cut[0], Not(HasSubstr("\"k256\":")));
}

constexpr char kAccessLines[] =
    "format: regex\n"
    R"re(regex: '^(?P<client>\S+) \S+ (?P<actor>\S+) \[(?P<time>[^\]]+)\] "(?P<message>[^"]*)" )re"
    R"re((?P<status>\d{3}) (\d+|-)(?: (?P<referrer>\S+))?$')re"
    "\n";

TEST(LinesRegex, named_groups_become_fields) {
  EXPECT_THAT(
      line_texts(kAccessLines,
                 R"(192.0.2.9 - ann [10/Oct/2026:13:55:36 -0700] "GET /x HTTP/1.0" 404 2326)"),
      ElementsAre(R"({"kind":"urn:lines:line","message":"GET /x HTTP/1.0",)"
                  R"("timestamp":"2026-10-10T13:55:36-07:00","client":"192.0.2.9","actor":"ann",)"
                  R"("status":"404"})"));
}

TEST(LinesRegex, a_line_that_does_not_match_is_kept_and_says_so) {
  EXPECT_THAT(line_texts(kAccessLines, "nonsense\n"),
              ElementsAre(R"({"kind":"urn:lines:line","message":"nonsense","unmatched":true})"));
}

TEST(LinesRegex, what_is_wrong_with_an_expression_is_said_where_it_stands) {
  const auto problems = [](const std::string& options) {
    const ConfiguredEntry bad(*find_entry("lines"), "type: lines\n" + (kLinesListen + options));
    EXPECT_FALSE(bad.portal);
    return bad.problems();
  };
  EXPECT_THAT(problems("format: regex\nregex: '(?P<a>x'\n"),
              AllOf(HasSubstr("missing )"), HasSubstr("4 | regex:")));
  EXPECT_THAT(problems("format: regex\nregex: '(?<a>x)'\n"), HasSubstr("written (?P<name>...)"));
  EXPECT_THAT(problems("format: regex\nregex: '(x)'\n"), HasSubstr("names no group"));
  EXPECT_THAT(problems("format: regex\nregex: '(?P<a>" + std::string(9000, 'x') + ")'\n"),
              HasSubstr("longer than"));
  std::string many = "(?P<a>x)";
  for (int i = 0; i < 100; ++i) many += "(x)";
  EXPECT_THAT(problems("format: regex\nregex: '" + many + "'\n"),
              HasSubstr("more than 100 groups"));
  EXPECT_THAT(problems("format: regex\n"), HasSubstr("needs a `regex`"));
  EXPECT_THAT(problems("regex: '(?P<a>x)'\n"), HasSubstr("with `format: regex` only"));
  EXPECT_THAT(problems("format: xml\n"), HasSubstr("xml"));
}

TEST(LinesTime, logs_write_times_in_many_ways) {
  const auto time_of = [](std::string_view text) {
    const std::string json = line_texts("format: logfmt\n", "a=1 time=" + json_string(text)).at(0);
    return std::string(text_at(*parse_json(json), "timestamp"));
  };
  EXPECT_EQ(time_of("2026-01-31T12:00:00+01:00"), "2026-01-31T12:00:00+01:00");
  EXPECT_EQ(time_of("2026-01-31 12:00:00,123"), "2026-01-31T12:00:00.123Z");
  EXPECT_EQ(time_of("2026/01/31 12:00:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_of("2026-01-31 12:00:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_of("2026-01-31 12:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_of("2026-01-31t12:00:00z"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_of("2026-01-31T12:00:00.5+0100"), "2026-01-31T12:00:00.5+01:00");
  EXPECT_EQ(time_of("2026-01-31 12:00:00 -0800"), "2026-01-31T12:00:00-08:00");
  EXPECT_EQ(time_of("1769860800"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_of("1769860800.25"), "2026-01-31T12:00:00.250Z");
  EXPECT_EQ(time_of("1769860800123"), "2026-01-31T12:00:00.123Z");
  EXPECT_EQ(time_of("1769860800123.5"), "2026-01-31T12:00:00.123500Z");
  EXPECT_EQ(time_of("1769860800123456"), "2026-01-31T12:00:00.123456Z");
  EXPECT_EQ(time_of("1769860800123456789"), "2026-01-31T12:00:00.123456789Z");
  EXPECT_EQ(time_of("10/Oct/2000:13:55:36 -0700"), "2000-10-10T13:55:36-07:00");
  EXPECT_EQ(time_of("[10/Oct/2000:13:55:36 +0000]"), "2000-10-10T13:55:36+00:00");
  for (const char* none : {"0001-01-01T00:00:00Z", "yesterday", "12:00:00", "2026-02-30 12:00:00",
                           "9999999999999999999", "10/Okt/2000:13:55:36 -0700", "99999999999"})
    EXPECT_EQ(time_of(none), "") << none;
}

}  // namespace
}  // namespace tt::portals::test
