// Templates: holes, escapes, limits, failures.
// SPDX-License-Identifier: Apache-2.0
#include "template/template.h"

#include "template/sample_event.h"

namespace tt::tmpl {
namespace {

using sample::Bound;

const char* kEvent =
    R"({"message":"it's <b> & \"q\"","project":"a/b","n":3,"f":1.5,"l":["x",1],"t":true,"z":null,"dots":"..","line":"a\r\nb"})";

TEST(Template, text_without_holes_is_constant) {
  Bound b(kEvent);
  const Template t = b.parse("plain } text { }} ");
  EXPECT_TRUE(t.is_constant());
  EXPECT_EQ(t.constant(), "plain } text { }} ");
  EXPECT_EQ(t.render(*b.scope), "plain } text { }} ");
}

TEST(Template, holes_show_values_as_people_write_them) {
  Bound b(kEvent);
  EXPECT_EQ(b.render("{{event.project}}: {{ event.n }} {{ event.f }} {{ event.t }} {{ event.z "
                     "}}|{{ event.l }}"),
            "a/b: 3 1.5 true |[\"x\",1]");
  EXPECT_EQ(b.render("{{ meta.received }}"), "2026-01-01T00:00:00Z");
}

TEST(Template, braces_and_quotes_inside_a_hole_do_not_end_it) {
  Bound b(kEvent);
  EXPECT_EQ(b.render("a{{ \"}}\" }}b"), "a}}b");
  EXPECT_EQ(b.render("{{ '}}' + r'\\' }}"), "}}\\");
  EXPECT_EQ(b.render("{{ {\"a\": {\"b\": 1}}.a.b }}"), "1");
  EXPECT_EQ(b.render("{{ {\"a\": {\"b\": 1}}}}"), "{\"a\":{\"b\":1}}");
  EXPECT_EQ(b.render("{{ \"{{\" }}x"), "{{x");
  EXPECT_EQ(b.render("{{ \"\"\"a\"}}\"\"\" }}"), "a\"}}");
}

TEST(Template, mistakes_have_places) {
  EventEnvironment environment;
  std::vector<TemplateError> errors;
  Template::parse("abc {{ event.kind + }} {{ evnt.kind }}", environment.environment(), errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].code, "syntax");
  EXPECT_EQ(errors[1].begin, 26u);
  errors.clear();
  Template::parse("abc {{ event.kind", environment.environment(), errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].begin, 4u);
  errors.clear();
  Template::parse("abc {{  }}", environment.environment(), errors);
  EXPECT_EQ(errors.size(), 1u);
}

TEST(Template, a_failing_hole_is_empty_and_counted) {
  Bound b(kEvent);
  HoleFailures failures;
  EXPECT_EQ(b.render("a{{ event.nothing }}b{{ event.nil }}c", {.failures = &failures}), "abc");
  EXPECT_EQ(failures.count, 2u);
  EXPECT_TRUE(failures.first.starts_with("{{ event.nothing }}: ")) << failures.first;
}

TEST(Template, a_failing_hole_is_null_as_a_whole_value) {
  Bound b(kEvent);
  std::string out;
  HoleFailures failures;
  b.parse("{{ event.nothing }}").render_json(*b.scope, out, &failures);
  EXPECT_EQ(out, "null");
  EXPECT_EQ(failures.count, 1u);
}

TEST(Template, strict_targets_refuse_a_failing_hole) {
  Bound b(kEvent);
  const auto text = b.parse("/{{ event.nothing }}").render_strict(*b.scope, Escape::kPathSegment);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, Code::kReject);
  EXPECT_TRUE(text.error().text.starts_with("template: ")) << text.error().text;
}

TEST(Template, values_are_escaped_and_text_is_not) {
  Bound b(kEvent);
  EXPECT_EQ(b.render("<i>{{ event.message }}</i>", {.escape = Escape::kHtml}),
            "<i>it&#39;s &lt;b&gt; &amp; &quot;q&quot;</i>");
  EXPECT_EQ(b.render("a/{{ event.project }}/{{ event.dots }}", {.escape = Escape::kPathSegment}),
            "a/a%2Fb/%2E%2E");
  EXPECT_EQ(b.render("q={{ event.project + \"&c=d\" }}", {.escape = Escape::kQueryValue}),
            "q=a%2Fb%26c%3Dd");
}

TEST(Template, a_header_takes_no_line_breaks) {
  Bound b(kEvent);
  EXPECT_FALSE(b.parse("x{{ event.line }}").render_strict(*b.scope, Escape::kHeader).ok());
  EXPECT_EQ(*b.parse("x{{ event.project }}").render_strict(*b.scope, Escape::kHeader), "xa/b");
}

TEST(Template, a_header_takes_no_control_character_but_a_tab) {
  Bound b(R"({"message":"x","esc":"a\u001bb","tab":"a\tb","del":"\u007f"})");
  EXPECT_FALSE(b.parse("{{ event.esc }}").render_strict(*b.scope, Escape::kHeader).ok());
  EXPECT_FALSE(b.parse("{{ event.del }}").render_strict(*b.scope, Escape::kHeader).ok());
  EXPECT_EQ(*b.parse("{{ event.tab }}").render_strict(*b.scope, Escape::kHeader), "a\tb");
}

TEST(Template, a_value_becomes_a_link_only_when_it_is_one) {
  Bound b(
      R"j({"message":"javascript:alert(1)","view_link":"https://e.example/?a=1&b","all":"!channel"})j");
  HoleFailures failures;
  const auto render = [&](const char* text, Escape escape) {
    return b.render(text, {.escape = escape, .failures = &failures});
  };
  EXPECT_EQ(render("<a href=\"{{ event.view_link }}\">x</a>", Escape::kHtml),
            "<a href=\"https://e.example/?a=1&amp;b\">x</a>");
  EXPECT_EQ(render("<{{ event.view_link }}|x>", Escape::kChat), "<https://e.example/?a=1&amp;b|x>");
  EXPECT_EQ(failures.count, 0u);
  EXPECT_EQ(render("<a href='{{ event.message }}'>x</a>", Escape::kHtml), "<a href=''>x</a>");
  EXPECT_EQ(render("<{{ event.all }}>", Escape::kChat), "<>");
  EXPECT_EQ(failures.count, 2u);
  EXPECT_EQ(failures.first, "{{ event.message }}: no http or https address");
  EXPECT_EQ(render("<a href='{{ event.ack_link }}'>x</a>", Escape::kHtml), "<a href=''>x</a>");
  EXPECT_EQ(failures.count, 2u) << "an absent link is no failure";
}

TEST(Template, a_value_in_a_chat_mentions_nobody) {
  Bound b(R"({"message":"@alice _@bob <@U1> a@b.example a@channel","at":"@","name":"here",
      "link":"see https://npm.example/@scope/x?a&b,\t@alice"})");
  EXPECT_EQ(b.render("{{ event.message }}", {.escape = Escape::kChat}),
            "@\u200balice _@\u200bbob &lt;@\u200bU1&gt; a@b.example a@\u200bchannel");
  EXPECT_EQ(b.render("{{ event.at }}{{ event.name }}", {.escape = Escape::kChat}), "@\u200bhere");
  EXPECT_EQ(b.render("{{ event.link }}", {.escape = Escape::kChat}),
            "see https://npm.example/@scope/x?a&amp;b,\t@\u200balice")
      << "addresses stay addresses";
}

TEST(Template, a_value_in_markdown_is_shown_as_it_is) {
  Bound b(R"j({"message":"[bank](https://evil.example) **now** @channel <@u1>, a@b.example",
      "view_link":"https://e.example/?a=(1)&b","bad":"javascript:alert(1)","end":"x](https://y)"})j");
  HoleFailures failures;
  const auto render = [&](const char* text) {
    return b.render(text, {.escape = Escape::kMarkdown, .failures = &failures});
  };
  EXPECT_EQ(render("**{{ event.message }}**"),
            "**\\[bank\\](https://evil.example) \\*\\*now\\*\\* @\u200bchannel &lt;@\u200bu1&gt;, "
            "a@b.example**");
  EXPECT_EQ(render("[{{ event.end }}]({{ event.view_link }})"),
            "[x\\](https://y)](https://e.example/?a=%281%29&b)");
  EXPECT_EQ(render("<{{ event.view_link }}|open>"), "<https://e.example/?a=%281%29&b|open>");
  EXPECT_EQ(failures.count, 0u);
  EXPECT_EQ(render("[open]({{ event.bad }})"), "[open]()");
  EXPECT_EQ(failures.count, 1u);
}

TEST(Template, cutting_splits_no_character_and_no_reference) {
  Bound b(R"({"message":"ääää","h":"a&b"})");
  EXPECT_EQ(b.render("{{ event.message }}", {.runes_max = 3}), "ää…");
  EXPECT_EQ(b.render("{{ event.message }}", {.bytes_max = 3}), "ä");
  EXPECT_EQ(b.render("{{ event.h }}", {.escape = Escape::kHtml, .bytes_max = 4}), "a");
  EXPECT_EQ(b.render("{{ event.h }}", {.escape = Escape::kHtml, .bytes_max = 6}), "a&amp;");
  EXPECT_EQ(b.render("{{ event.h }}", {.escape = Escape::kChat, .bytes_max = 4}), "a");
  EXPECT_EQ(b.render("{{ event.h }}", {.escape = Escape::kChat, .runes_max = 4}), "a…");
  EXPECT_EQ(b.render("<b>{{ event.message }}</b>", {.escape = Escape::kHtml, .runes_max = 10}),
            "<b>ää…</b>");
}

TEST(Template, a_single_hole_keeps_its_type) {
  Bound b(kEvent);
  const auto json = [&](const char* text) {
    std::string out;
    b.parse(text).render_json(*b.scope, out, nullptr);
    return out;
  };
  EXPECT_EQ(json("{{ event.n }}"), "3");
  EXPECT_EQ(json(" {{ event.n }}"), "\" 3\"");
  EXPECT_EQ(json("{{ event.l }}"), "[\"x\",1]");
  EXPECT_EQ(json("{{ event.message }}"), R"("it's <b> & \"q\"")");
  EXPECT_TRUE(b.parse("{{ event.n }}").render_value(*b.scope).is(cel::Kind::kInt));
}

TEST(Template, a_builtin_fails_softly_until_it_is_bound) {
  Bound b(kEvent);
  Template t = Template::builtin("<{{ event.project }}>");
  EXPECT_FALSE(t.is_constant());
  EXPECT_EQ(t.render(*b.scope), "<>");
  t.bind(b.environment.environment());
  EXPECT_EQ(t.render(*b.scope), "<a/b>");
  EXPECT_EQ(Template::builtin("plain").constant(), "plain");
}

}  // namespace
}  // namespace tt::tmpl
