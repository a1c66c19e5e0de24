// Grafana: annotations at the right time and place, with tags that fit.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kPlainGrafana = "{url: https://g.example.com/grafana/, token: t0ken}";

Json annotation_of(std::string_view yaml, const std::string& members) {
  const Configured configured("grafana", yaml);
  EXPECT_TRUE(configured.portal) << configured.problems();
  if (!configured.portal) return nullptr;
  const Outgoing events(R"({"message":"m","timestamp":"2026-01-31T12:00:00.5Z")" +
                        (members.empty() ? "" : "," + members) + "}");
  const auto request = configured.portal->encode(events.one(0));
  EXPECT_TRUE(request.ok()) << request.error().text;
  if (!request.ok()) return nullptr;
  EXPECT_EQ(request->url.masked(), "https://g.example.com/grafana/api/annotations");
  return parse_json(request->body);
}

TEST(Grafana, an_event_is_a_mark_at_its_time) {
  const Json body = annotation_of(kPlainGrafana, "");
  ASSERT_TRUE(body);
  EXPECT_EQ(json_text(*body), R"({"time":1769860800500,"tags":[],"text":"m"})");
}

TEST(Grafana, an_end_makes_a_region) {
  const std::string yaml =
      "{url: https://g.example.com/grafana, time_end: '{{ event.?end.orValue(\"\") }}'}";
  for (const auto& [end, expected] :
       {std::pair{R"("end":"2026-01-31 12:10")", 1769861400000}, std::pair{R"("end":"soon")", 0L},
        std::pair{R"("end":"2026-01-31T11:00:00Z")", 0L}, std::pair{"", 0L}}) {
    const Json body = annotation_of(yaml, end);
    ASSERT_TRUE(body);
    EXPECT_EQ(int_at(*body, "timeEnd"), expected) << end;
  }
}

TEST(Grafana, a_dashboard_and_its_panel_may_come_from_the_event) {
  const std::string yaml =
      "{url: https://g.example.com/grafana, dashboard_uid: '{{ event.project }}', panel_id: "
      "'{{ event.?panel.orValue(\"\") }}'}";
  const Json both = annotation_of(yaml, R"("project":"web","panel":4)");
  const Json one = annotation_of(yaml, R"("project":"web")");
  const Json none = annotation_of(yaml, R"("panel":4)");
  ASSERT_TRUE(both && one && none);
  EXPECT_EQ(text_at(*both, "dashboardUID"), "web");
  EXPECT_EQ(int_at(*both, "panelId"), 4);
  EXPECT_FALSE(find_at(*one, "panelId"));
  EXPECT_FALSE(find_at(*none, "dashboardUID") || find_at(*none, "panelId"));
  EXPECT_FALSE(Configured("grafana", "{url: https://g, panel_id: 4}").portal);
}

TEST(Grafana, tags_fit_however_many_and_long_they_are) {
  const std::string yaml =
      "{url: https://g.example.com/grafana, tags: ['{{ event.a }}', '{{ event.b }}', "
      "'{{ event.a }}', '{{ event.c }}', '{{ event.d }}', '{{ event.e }}', '{{ event.f }}', end]}";
  const std::string angles = json_string(std::string(95, '<'));
  const auto long_text = [](char c) { return json_string(std::string(300, c)); };
  const Json body =
      annotation_of(yaml, "\"a\":" + long_text('a') + ",\"b\":\" \",\"c\":" + angles +
                              ",\"d\":" + long_text('d') + ",\"e\":" + long_text('e') +
                              ",\"f\":" + long_text('f'));
  ASSERT_TRUE(body);
  const boost::json::array* tags = list_at(*body, "tags");
  ASSERT_TRUE(tags);
  ASSERT_EQ(tags->size(), 5u) << json_text(*find_at(*body, "tags"));
  EXPECT_EQ(text_at(*body, "tags.4"), "end") << "what would be six bytes a character in Go is out";
  EXPECT_LE(json_text(*find_at(*body, "tags")).size(), 500u);
  for (const boost::json::value& tag : *tags) EXPECT_LE(count_runes(text_at(tag, "")), 100u);
}

TEST(Grafana, event_data_is_no_markup) {
  const Json body = annotation_of(
      "{url: https://g.example.com/grafana, text: "
      "'<b>{{ event.a }}</b> <a href=\"{{ event.view_link }}\">x</a>'}",
      R"x("a":"</b><script>alert(1)</script>","view_link":"javascript:alert(1)")x");
  ASSERT_TRUE(body);
  EXPECT_EQ(text_at(*body, "text"),
            "<b>&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;</b> <a href=\"\">x</a>");
  const Json plain = annotation_of(kPlainGrafana, R"("view_link":"https://a.example/?b=1&c=2")");
  ASSERT_TRUE(plain);
  EXPECT_EQ(text_at(*plain, "text"), "m <a href=\"https://a.example/?b=1&amp;c=2\">link</a>");
}

TEST(Grafana, answers) {
  const Configured fixed("grafana", "{url: https://g, token: t0ken, dashboard_uid: abc}");
  const Configured chosen("grafana",
                          "{url: https://g, token: t0ken, dashboard_uid: '{{ event.project }}'}");
  ASSERT_TRUE(fixed.portal && chosen.portal);
  struct Row {
    int status;
    const char* body;
    VerdictKind fixed, chosen;
  };
  using enum VerdictKind;
  const Row rows[] = {
      {200, R"({"message":"Annotation added","id":1})", kDelivered, kDelivered},
      {200, "<!doctype html><title>Grafana</title>", kMisconfigured, kMisconfigured},
      {400, R"({"message":"Failed to save annotation"})", kRejected, kRejected},
      {400, R"({"message":"Invalid dashboard UID in annotation request"})", kMisconfigured,
       kRejected},
      {401, R"({"message":"Invalid API key"})", kMisconfigured, kMisconfigured},
      {403, R"({"message":"Access denied to save the annotation"})", kMisconfigured, kRejected},
      {403, R"({"message":"Permissions needed: annotations:create"})", kMisconfigured,
       kMisconfigured},
      {404, R"({"message":"Dashboard not found"})", kMisconfigured, kRejected},
      {404, R"({"message":"Not found"})", kMisconfigured, kMisconfigured},
      {429, "", kRetry, kRetry},
      {500, R"({"message":"Failed to save annotation"})", kRetry, kRetry},
  };
  for (const Row& row : rows) {
    const ExitAnswer answer{.status = row.status, .body = row.body};
    EXPECT_EQ(fixed.portal->judge(answer, 1, kNow).front().kind, row.fixed) << row.body;
    EXPECT_EQ(chosen.portal->judge(answer, 1, kNow).front().kind, row.chosen) << row.body;
  }
  EXPECT_EQ(fixed.portal->judge({.status = 200, .body = R"({"id":17})"}, 1, kNow).front().reference,
            "17");
}

}  // namespace
}  // namespace tt::portals::test
