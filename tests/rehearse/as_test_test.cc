// A test made from a real event passes, keeps what matters and no secret.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/as_test.h"

#include <re2/re2.h>

#include "base/random.h"
#include "base/text.h"
#include "base/units.h"
#include "event/decode.h"
#include "fixture.h"

namespace tt::rehearse {
namespace {

using testing::HasSubstr;
using testing::Not;

class AsTest : public Fixture {
 protected:
  std::string made(std::string_view json, const std::string& entry = "events") {
    config::Files files;
    config::Diagnostics diagnostics;
    pipeline::ConfigSource source;
    source.paths = {folder_ / "vortex.yaml"};
    const auto settings = pipeline::load_settings(source, files, diagnostics);
    EXPECT_TRUE(settings) << config::print_text(diagnostics, files);
    const WallNs received_ns = *parse_time("2026-01-31T23:12:00.123456789Z");
    const auto decoded = event::decode_events(json, event::BodyFormat::kJson, {}, received_ns);
    EXPECT_EQ(decoded.events.size(), 1u);
    return as_test(settings, "0badcafe",
                   {{.seq = 7, .received_ns = received_ns, .entry = entry}, decoded.events[0]});
  }
  void expect_passes(const std::string& test) {
    const auto result = run(test, {.config = {folder_ / "vortex.yaml"}, .filter = {}});
    EXPECT_TRUE(is_good(result)) << test << text_report(result, false);
    EXPECT_EQ(result.warnings, "") << test;
  }
};

TEST_F(AsTest, it_has_the_event_its_time_and_where_it_goes_now) {
  const std::string test = made(R"({"message":"disk full","severity":"error","count":1.50})");
  const std::string config = folder_ / "vortex.yaml";
  EXPECT_EQ(test, "# Of " + config + ": vortex test -c " + config +
                      " FILE\n"
                      "# The secrets of the real event are `***`.\n"
                      "tests:\n"
                      "  - name: event 0badcafe-7\n"
                      "    id: 0badcafe-7\n"
                      "    received: 2026-01-31T23:12:00.123456789Z\n"
                      "    entry: events\n"
                      "    event:\n"
                      "      message: disk full\n"
                      "      severity: error\n"
                      "      count: 1.50\n"
                      "      timestamp: '2026-01-31T23:12:00.123456Z'\n"
                      "      kind: unknown\n"
                      "    expect:\n"
                      "      exits: [night]\n"
                      "      decided_by:\n"
                      "        night: night\n");
  expect_passes(test);
}

TEST_F(AsTest, whatever_the_event_holds_the_test_reads_it_back) {
  expect_passes(made(R"({"message":"- a: #b\n\u0001 \ud83d\ude00 'q' \"d\" {{ x }}","no":"yes",)"
                     R"("1":"1","a: b":" x ","x-y":"~","e":"","b":[1,"#",null,true],)"
                     R"("o":{},"l":[],"u":null,"h":1e400,"%":"!t","&":"*a","k\"":"\\"})"));
}

TEST_F(AsTest, random_events_come_back_as_they_were) {
  const std::vector<std::string> pieces = {
      "a",          " ",        "#",    ": ",     "\n",     "\t",     "\r",   "'",       "\"",
      "\\\\",       "{",        "}",    "[",      "]",      ",",      "&",    "*",       "!",
      "|",          ">",        "%",    "@",      "`",      "-",      "---",  "...",     "~",
      "null",       "yes",      "true", "0x1F",   "1e3",    "0o7",    "?",    "=",       ".inf",
      "1_000",      "é",        "😀",   "\u0085", "\u2028", "\ufeff", "\x7f", "{{ x }}", "\x01",
      "2026-01-31", "12:30:45", "0",    "00",     "+1",     "<",      "$",    "\\u"};
  const std::vector<std::pair<std::string, std::string>> escapes = {{"\x7f", R"(\\u007f)"},
                                                                    {"\u0085", R"(\\u0085)"},
                                                                    {"\u2028", R"(\\u2028)"},
                                                                    {"\ufeff", R"(\\ufeff)"}};
  SeededRandom random(7);
  const auto text = [&] {
    std::string out;
    for (std::size_t i = random.below(5); i > 0; --i) out += pieces[random.below(pieces.size())];
    return out;
  };
  std::string yaml = "config: vortex.yaml\ntests:\n";
  for (int i = 0; i < 300; ++i) {
    std::string json = "{\"message\":" + json_string("m" + text());
    for (std::size_t n = random.below(6); n > 0; --n)
      json += "," + json_string("f" + std::to_string(n) + text()) + ":" + json_string(text());
    json += ",\"list\":[" + json_string(text()) + "," + json_string(text()) + "]}";
    const std::string test = made(json);
    // Exactly what came is expected back.
    const auto decoded = event::decode_events(json, event::BodyFormat::kJson, {}, 0);
    yaml += test.substr(test.find("  - name"));
    std::string message = json_string(decoded.events[0].text("message"));
    for (const auto& [raw, escape] : escapes) RE2::GlobalReplace(&message, raw, escape);
    yaml += "      event: {message: " + message + "}\n";
  }
  expect_good(run(yaml));
}

TEST_F(AsTest, secrets_are_masked_and_the_expectation_is_that_of_the_masked_event) {
  write("vortex.yaml", R"(
entries: {events: {type: http, path: /e}}
exits: {out: {type: stdout}}
rules: [{name: known, when: 'event.api_key == "s3cret"', to: out}]
)");
  const std::string test =
      made(R"({"message":"from https://a:b@x.example.com/","api_key":"s3cret","password":[1]})");
  EXPECT_THAT(test, Not(HasSubstr("s3cret")));
  EXPECT_THAT(test, HasSubstr("password: '***'\n"));
  EXPECT_THAT(test, HasSubstr("https://***@x.example.com/"));
  EXPECT_THAT(test, HasSubstr("# with its secrets, or by its own entry, it goes to [out]\n"));
  EXPECT_THAT(test, HasSubstr("exits: []\n"));
  expect_passes(test);
}

TEST_F(AsTest, an_entry_that_is_gone_is_a_comment) {
  const std::string test = made(R"({"message":"x"})", "old one");
  EXPECT_THAT(test, HasSubstr("# it came by the entry \"old one\", which is gone\n"));
  expect_passes(test);
}

TEST_F(AsTest, a_dead_letter_is_expected_as_one) {
  write("vortex.yaml", R"(
entries: {events: {type: http, path: /e}}
exits: {hook: {type: webhook, url: 'https://example.com/{{ event.team }}'}}
rules: [{to: hook}]
)");
  const std::string test = made(R"({"message":"x"})");
  EXPECT_THAT(test, HasSubstr("hook: {error: \"template"));
  expect_passes(test);
}

}  // namespace
}  // namespace tt::rehearse
