// Addresses: their parts, what is refused, holes in path and query.
// SPDX-License-Identifier: Apache-2.0
#include "config/url.h"

#include <gtest/gtest.h>

#include "config/sample_config.h"
#include "event/writer.h"

namespace tt::config {
namespace {

TEST(Url, is_taken_apart) {
  const auto url = parse_url("HTTPS://Me:p%40ss@Chat.Example.com:8443/a/b?c=d&e");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "Me");
  EXPECT_EQ(url->password, "p@ss");
  EXPECT_EQ(url->host, "chat.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "c=d&e");
  EXPECT_EQ(url->origin(), "https://chat.example.com:8443");
  EXPECT_EQ(url->text(), "https://Me:p%40ss@chat.example.com:8443/a/b?c=d&e");
}

TEST(Url, knows_default_ports_and_ipv6_and_sockets) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("https://[2001:DB8::1]:1/")->host, "2001:db8::1");
  EXPECT_EQ(parse_url("https://[2001:db8::1]/x")->origin(), "https://[2001:db8::1]");
  EXPECT_EQ(parse_url("unix:/run/tt.sock")->path, "/run/tt.sock");
  EXPECT_EQ(parse_url("udp://0.0.0.0:514")->port, 514);
}

TEST(Url, refuses_what_is_none) {
  for (const char* text :
       {"", "chat.example.com", "https:/a", "https://", "https://a b/", "https://a:99999/",
        "https://a/#f", "https://[::1", "1http://a", "https://a\nb/", "https://a/\x01", "htp://a/",
        "unix:", "https://ex{ample/"})
    EXPECT_FALSE(parse_url(text).ok()) << text;
}

class UrlTemplates : public testing::Test {
 protected:
  Result<std::string> render(const std::string& url) {
    run_.read("a.yaml", "exits: {a: {type: x, url: '" + url + "'}}\n");
    EXPECT_TRUE(run_.config) << run_.text();
    if (!run_.config) return reject("no config");
    event::EventWriter writer(batch_);
    writer.begin();
    writer.set_text("message", "m");
    writer.set_text("project", "a/b c");
    writer.set_text("branch", "..");
    writer.set_text("kind", "x=1&y");
    EXPECT_TRUE(writer.finish(0).ok());
    const tmpl::EventScope scope(run_.environment, batch_[0], {});
    return run_.config->exits[0].second.url.render(scope);
  }
  sample::Session run_;
  event::EventBatch batch_;
};

TEST_F(UrlTemplates, holes_are_escaped_for_where_they_stand) {
  EXPECT_EQ(*render("https://h.example.com/job/{{ event.project }}/build?q={{ event.kind }}&z=1"),
            "https://h.example.com/job/a%2Fb%20c/build?q=x%3D1%26y&z=1");
}

TEST_F(UrlTemplates, an_event_cannot_climb_out_of_the_path) {
  const auto url = render("https://h.example.com/a/{{ event.branch }}/b");
  ASSERT_FALSE(url.ok()) << "servers that tidy paths up take %2E%2E for ..";
  EXPECT_EQ(url.error().text, "template: a segment of the path is made of dots");
}

TEST_F(UrlTemplates, a_value_that_empties_a_segment_is_a_dead_letter) {
  EXPECT_FALSE(render("https://h.example.com/a/{{ event.host }}/b").ok());
  EXPECT_FALSE(render("https://h.example.com/{{ event.host }}").ok());
  EXPECT_EQ(*render("https://h.example.com/a?host={{ event.host }}"),
            "https://h.example.com/a?host=");
}

TEST_F(UrlTemplates, a_question_mark_inside_a_hole_is_cel) {
  EXPECT_EQ(*render("https://h.example.com/{{ event.kind == \"\" ? \"a\" : \"b\" }}?c={{ 1 }}"),
            "https://h.example.com/b?c=1");
}

TEST_F(UrlTemplates, a_hole_that_fails_is_a_dead_letter) {
  const auto url = render("https://h.example.com/{{ event.nothing_here }}");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().code, Code::kReject);
  EXPECT_TRUE(url.error().text.starts_with("template: ")) << url.error().text;
}

TEST_F(UrlTemplates, people_see_the_holes_as_written_and_no_secrets) {
  const auto shown = [this](const std::string& url) {
    (void)render(url);
    return run_.config->exits[0].second.url.redacted();
  };
  EXPECT_EQ(shown("https://u:pass@h.example.com:8443/p/{{ event.project }}/x"),
            "https://h.example.com:8443/p/{{ event.project }}/x");
  EXPECT_EQ(shown("https://h.example.com/?a={{ event.a && event.b }}&api_key=k{{ event.c }}9&d=1"),
            "https://h.example.com/?a={{ event.a && event.b }}&api_key=***&d=1");
}

TEST(UrlSecret, is_read_when_used_and_never_shown) {
  const Url url(Secret("https://hooks.example.com/T0/B0/abc"));
  EXPECT_EQ(url.parts()->host, "hooks.example.com");
  EXPECT_EQ(url.redacted(), "***");
}

}  // namespace
}  // namespace tt::config
