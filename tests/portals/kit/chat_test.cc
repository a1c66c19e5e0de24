// Tests of portals/kit/chat.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/chat.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/utf8.h"
#include "event/decode.h"

namespace tt::portals {
namespace {

struct OneEvent {
  event::EventBatch batch;
  explicit OneEvent(std::string_view members) {
    const std::string json = "{\"message\":\"m\"" + std::string(members) + "}";
    batch = event::decode_events(json, event::BodyFormat::kNdjson, {}, 0).events;
    EXPECT_EQ(batch.size(), 1u) << json;
  }
  event::EventView view() const { return batch[0]; }
};

std::string title(std::string_view members) { return chat_title(OneEvent(members).view()); }

std::string markdown(std::string_view text) {
  std::string out;
  append_markdown(out, text);
  return out;
}

TEST(ChatColor, follows_the_severity_until_the_alert_is_resolved) {
  EXPECT_EQ(chat_color(OneEvent(R"(,"severity":"debug")").view()), "#aaaaaa");
  EXPECT_EQ(chat_color(OneEvent(R"(,"severity":"warn")").view()), "#ecb22e");
  EXPECT_EQ(chat_color(OneEvent(R"(,"severity":"critical")").view()), "#e01e5a");
  EXPECT_EQ(chat_color(OneEvent(R"(,"severity":"emergency")").view()), "#e01e5a");
  EXPECT_EQ(chat_color(OneEvent("").view()), "#36c5f0");
  EXPECT_EQ(chat_color(OneEvent(R"(,"severity":"critical","alert_state":"resolved")").view()),
            "#2eb67d");
}

TEST(ChatStanding, is_the_state_of_an_alert_that_ends_before_its_severity) {
  const auto standing = [](const char* members) { return chat_standing(OneEvent(members).view()); };
  EXPECT_EQ(standing(R"(,"severity":"critical","alert_state":"firing")"), "critical");
  EXPECT_EQ(standing(R"(,"severity":"critical","alert_state":"resolved")"), "resolved");
  EXPECT_EQ(standing(R"(,"alert_state":"acknowledged")"), "acknowledged");
  EXPECT_EQ(standing(R"(,"alert_state":"<!here>")"), "");
}

TEST(ChatMessage, leaves_out_the_standing_that_the_text_says_already) {
  const auto message = [](const char* members) { return chat_message(OneEvent(members).view()); };
  EXPECT_EQ(message(R"(,"alert_state":"resolved","message":"Resolved: disk full")"), "disk full");
  EXPECT_EQ(message(R"(,"severity":"critical","message":"CRITICAL: disk full")"), "disk full");
  EXPECT_EQ(message(R"(,"severity":"error","message":"errors: many")"), "errors: many");
  EXPECT_EQ(message(R"(,"severity":"error","message":"error 42")"), "error 42");
  EXPECT_EQ(message(R"(,"severity":"error","message":"error: ")"), "error: ");
  EXPECT_EQ(message(R"(,"message":": x")"), ": x");
}

TEST(ChatTitle, says_how_it_stands_and_what_it_is_about) {
  EXPECT_EQ(title(R"(,"severity":"critical","project":"web","host":"a")"), "Critical: web");
  EXPECT_EQ(title(R"(,"severity":"error","host":"db-1")"), "Error: db-1");
  EXPECT_EQ(title(R"(,"severity":"critical","alert_state":"resolved","service":"dns")"),
            "Resolved: dns");
  EXPECT_EQ(title(R"(,"severity":"critical","alert_state":"firing")"), "Critical");
  EXPECT_EQ(title(R"(,"project":"web")"), "web");
  EXPECT_EQ(title(R"(,"kind":"urn:x:y")"), "urn:x:y");
  EXPECT_EQ(title(""), "Event");
}

TEST(ChatTitle, is_one_short_line_whatever_the_event_says) {
  const std::string text =
      title(",\"severity\":\"a\\nb\",\"project\":\"" + std::string(5000, 'x') + "\"");
  EXPECT_TRUE(text.starts_with("A b: xxx")) << text;
  EXPECT_EQ(count_runes(text), 120u);
}

TEST(ChatFacts, are_those_that_people_look_for_on_one_line_each) {
  const OneEvent event(
      R"(,"host":"db-1","actor":"al\nice","alert_key":"9f","project":"web","status":"  ")");
  std::string all;
  for (const ChatFact& fact : chat_facts(event.view()))
    all += std::string(fact.name) + "=" + fact.value + ";";
  EXPECT_EQ(all, "Project=web;Host=db-1;By=al ice;");
  EXPECT_EQ(count_runes(chat_fact_value(std::string(1000, 'x'))), 200u);
}

TEST(AppendMarkdown, shows_every_text_as_it_is) {
  const struct {
    const char *text, *markdown;
  } rows[] = {
      {"plain text, 5 % (really)!", "plain text, 5 % (really)!"},
      {"**b** _i_ `c` ~~s~~ #h a|b \\", R"(\*\*b\*\* \_i\_ \`c\` \~\~s\~\~ \#h a\|b \\)"},
      {"[bank](https://evil.example)", R"(\[bank\](https://evil.example))"},
      {"![x](http://e.example/x.png)", R"(!\[x\](http://e.example/x.png))"},
      {"<b>5 & 6</b>", "&lt;b&gt;5 &amp; 6&lt;/b&gt;"},
      {"<!channel> <https://evil.example|bank>",
       R"(&lt;!channel&gt; &lt;https://evil.example\|bank&gt;)"},
      {"@channel @alice a@b.example (@here",
       "@\u200bchannel @\u200balice a@b.example (@\u200bhere"},
      {"at https://x.example/a_b_c?d=1&e=2#f, *now*",
       R"(at https://x.example/a_b_c?d=1&e=2#f, \*now\*)"},
      {"https:// nothing http", "https:// nothing http"},
      {"https://x.example/@here", "https://x.example/@\u200bhere"},
      // Mattermost drops the underscore, and finds the channel.
      {"_@here a_@all", "\\_@\u200bhere a\\_@\u200ball"},
      {"https://x.example/_@here", "https://x.example/_@\u200bhere"},
      {"xhttps://a_b", R"(xhttps://a\_b)"},
      {"für alle 😀", "für alle 😀"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(markdown(row.text), row.markdown) << row.text;
}

TEST(MarkdownLink, goes_to_web_addresses_only_and_is_not_ended_by_them) {
  EXPECT_EQ(markdown_link("open", "https://a.example/b?c=(d)"),
            "[open](https://a.example/b?c=%28d%29)");
  EXPECT_EQ(markdown_link("open", "javascript:alert(1)"), "");
  EXPECT_EQ(markdown_link("open", "https://a.example/ b"), "");
  EXPECT_EQ(markdown_link("open", ""), "");
}

TEST(IsWebPage, knows_markup_from_words) {
  EXPECT_TRUE(is_web_page("\n <!DOCTYPE html>"));
  EXPECT_FALSE(is_web_page("ok"));
  EXPECT_FALSE(is_web_page(""));
}

TEST(CheckHookUrl, is_content_with_an_address_or_a_secret_that_has_none_yet) {
  EXPECT_TRUE(check_hook_url(Secret(std::string("https://a.example/hooks/x"))).ok());
  EXPECT_TRUE(
      check_hook_url(Secret::from({{SecretSource::Kind::kEnv, "TT_TEST_NO_SUCH"}}, {})).ok());
  const Status wrong = check_hook_url(Secret(std::string("hooks/t0ken")));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, Code::kMisconfigured);
  EXPECT_EQ(wrong.error().text.find("t0ken"), std::string::npos);
}

TEST(AddChatSender, says_only_what_is_configured) {
  const OutgoingEvent event{};
  const tmpl::EventScope scope(tmpl::shared_event_environment());
  OutgoingEvent scoped = event;
  scoped.scope = &scope;
  tmpl::HoleFailures failures;
  const auto written = [&](std::string_view channel, const char* username, const char* icon) {
    const auto name = tmpl::Template::literal(username), picture = tmpl::Template::literal(icon);
    JsonWriter json;
    json.map();
    add_chat_sender(json, {channel, name, picture}, scoped, failures);
    return json.end().take();
  };
  EXPECT_EQ(written("", "", ""), "{}");
  EXPECT_EQ(written("ops", "tt", ":bell:"),
            R"({"channel":"ops","username":"tt","icon_emoji":":bell:"})");
  EXPECT_EQ(written("", "", "https://a.example/i.png"),
            R"({"icon_url":"https://a.example/i.png"})");
}

}  // namespace
}  // namespace tt::portals
