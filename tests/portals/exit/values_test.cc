// Whatever an event holds stays a value: random texts through every place that takes a template.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr int kRounds = 400;

/// Texts that mean something to URLs, headers, JSON, HTML, chats or forms.
std::string random_text(Random& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "web",
                                                   " ",
                                                   "/",
                                                   "..",
                                                   ".",
                                                   "%2e",
                                                   "\\",
                                                   "?",
                                                   "#",
                                                   "&",
                                                   "=",
                                                   "+",
                                                   "%",
                                                   ":",
                                                   "@",
                                                   "//",
                                                   "\r\n",
                                                   "\n",
                                                   "\t",
                                                   "\x01",
                                                   "\x7f",
                                                   "\"",
                                                   "'",
                                                   "<",
                                                   ">",
                                                   "<b>",
                                                   "</b>",
                                                   "&lt;",
                                                   "{{",
                                                   "}}",
                                                   "{",
                                                   "é",
                                                   "😀",
                                                   "\u2028",
                                                   "@channel",
                                                   "<!here>",
                                                   "|",
                                                   "*",
                                                   "_",
                                                   "javascript:alert(1)",
                                                   "https://x.example/?a=1&b=2",
                                                   "A rather long piece of text. ",
                                                   ","};
  std::string out;
  for (std::uint64_t n = random.below(7); n > 0; --n) out += kPieces[random.below(kPieces.size())];
  if (random.below(40) == 0)
    for (int i = 0; i < 9; ++i) out += out;
  return out;
}

class ValuesTest : public testing::Test {
 protected:
  /// Calls `look` with the request for each of many events with nasty fields; dead letters are left
  /// out.
  template <class Look>
  void for_each_request(const char* exit, std::string_view yaml, Look look) {
    const Configured configured(exit, yaml);
    ASSERT_TRUE(configured.portal) << configured.problems();
    SeededRandom random(11);
    int requests = 0;
    for (int i = 0; i < kRounds; ++i) {
      const std::string json = "{\"message\":" + json_string("m" + random_text(random)) +
                               ",\"project\":" + json_string(random_text(random)) +
                               ",\"view_link\":" + json_string(random_text(random)) +
                               ",\"tag\":" + json_string(random_text(random)) + "}";
      const Outgoing events(json);
      const auto request = configured.portal->encode(events.one(0));
      if (!request.ok()) continue;
      ++requests;
      look(*request);
      if (HasFailure()) {
        ADD_FAILURE() << json << "\n" << masked_json(*request);
        return;
      }
    }
    EXPECT_GT(requests, kRounds / 10) << "most would be dead letters, which shows nothing";
  }

  static void expect_clean_headers(const ExitRequest& request) {
    for (const auto& [name, value] : request.headers)
      for (const char c : value.masked())
        EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\t') << name;
  }
};

TEST_F(ValuesTest, a_webhook_keeps_its_address_its_headers_and_its_json) {
  for_each_request("webhook", R"(
url: 'https://h.example.com/a/{{ event.project }}/b{{ event.tag }}/c?m={{ event.message }}&z=1'
headers: {X-Tag: '{{ event.tag }}'}
body: {text: '{{ event.message }}', both: 'x {{ event.tag }} y', fixed: [1]}
)",
                   [](const ExitRequest& request) {
                     const std::string& url = request.url.masked();
                     EXPECT_TRUE(RE2::FullMatch(
                         url, R"(https://h\.example\.com/a/[^/?#]+/b[^/?#]*/c\?m=[^&#=?]*&z=1)"));
                     EXPECT_TRUE(std::all_of(url.begin(), url.end(),
                                             [](char c) { return c > 0x20 && c < 0x7f; }));
                     EXPECT_FALSE(RE2::PartialMatch(url, R"((?i)/(\.|%2e){1,2}[/?])"));
                     expect_clean_headers(request);
                     const auto body = parse_json(request.body);
                     ASSERT_TRUE(body);
                     EXPECT_EQ(map_at(*body, "")->size(), 3u);
                   });
}

TEST_F(ValuesTest, a_jenkins_parameter_stays_one_parameter) {
  for_each_request("jenkins", R"(
url: https://ci.example.com
job: 'web/{{ event.project }}'
params: {TAG: '{{ event.tag }}', TEXT: '{{ event.message }}'}
cause: '{{ event.message }}'
)",
                   [](const ExitRequest& request) {
                     EXPECT_TRUE(RE2::FullMatch(
                         request.url.masked(),
                         R"(https://ci\.example\.com/job/web/job/[^/?#&]+/buildWithParameters)"
                         R"(\?cause=[^&#=?/]*)"))
                         << request.url.masked();
                     EXPECT_TRUE(RE2::FullMatch(request.body, "TAG=[^&=]*&TEXT=[^&=]*"));
                     expect_clean_headers(request);
                   });
}

TEST_F(ValuesTest, a_chat_hears_no_mention_and_follows_no_other_link) {
  for_each_request(
      "slack", R"(
url: https://hooks.slack.com/services/T/B/X
text: '{{ event.message }} <{{ event.view_link }}|open> {{ event.tag }}'
color: false
text_max: 200
)",
      [](const ExitRequest& request) {
        const auto body = parse_json(request.body);
        ASSERT_TRUE(body);
        const std::string text(text_at(*body, "text"));
        EXPECT_LE(count_runes(text), 200u);
        // The only brackets are the author's, around an address or nothing.
        EXPECT_TRUE(RE2::FullMatch(text, R"((?s)[^<>]*(<(https?://[^<>|]*)?\|open>[^<>]*)?)"));
        EXPECT_FALSE(RE2::PartialMatch(text, "@channel"));
      });
}

TEST_F(ValuesTest, a_room_gets_html_that_closes_what_it_opens) {
  for_each_request("hipchat", R"(
url: https://hipchat.example.com
room: ops
token: t0ken
message: '<b>{{ event.message }}</b> <a href="{{ event.view_link }}">x</a> <i>{{ event.tag }}</i>'
)",
                   [](const ExitRequest& request) {
                     const auto body = parse_json(request.body);
                     ASSERT_TRUE(body);
                     std::string html(text_at(*body, "message"));
                     EXPECT_LE(count_runes(html), 10'000u);
                     for (const char* tag : {"b", "i"}) {
                       const std::string open = std::string("<") + tag + ">";
                       const std::string close = std::string("</") + tag + ">";
                       EXPECT_EQ(RE2::GlobalReplace(&html, open, ""),
                                 RE2::GlobalReplace(&html, close, ""));
                     }
                     RE2::GlobalReplace(&html, R"(<a href="(https?://[^<>"]*)?">)", "");
                     RE2::GlobalReplace(&html, "</a>", "");
                     EXPECT_EQ(html.find_first_of("<>\""), std::string::npos) << html;
                   });
}

TEST_F(ValuesTest, a_file_gets_one_line_for_each_event) {
  for_each_request("file", "path: ./x\nline: '{{ event.message }} {{ event.tag }}'\n",
                   [](const ExitRequest& request) {
                     EXPECT_EQ(request.body.find_first_of("\n\r\x01\x7f"), request.body.size() - 1);
                   });
}

}  // namespace
}  // namespace tt::portals::test
