// Tests of portals/entry/prometheus: an Alertmanager as far as its clients can tell.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kAlert[] = R"({"labels":{"alertname":"Down","instance":"web1:9100"},
    "annotations":{"summary":"no answer"},"startsAt":"2025-12-31T23:00:00Z",
    "endsAt":"2026-01-01T00:04:00Z","generatorURL":"http://prom.example/graph?g0.expr=up"})";

class Prometheus : public testing::Test {
 protected:
  /// What a request became: events, or an answer, or a refusal.
  struct Outcome {
    EntryEvents events;
    std::optional<EntryRefusal> refusal;

    int status() const {
      return refusal ? refusal->status : events.reply ? events.reply->status : 200;
    }
    std::string body() const {
      return refusal ? refusal->body : events.reply ? events.reply->body : "";
    }
  };

  Outcome send(std::string_view method, std::string_view path, std::string_view body = "") const {
    Outcome outcome;
    const net::Headers headers;
    outcome.refusal = entry_->decode({.method = method,
                                      .path = path,
                                      .headers = &headers,
                                      .body = body,
                                      .peer = "192.0.2.1",
                                      .now_ns = kArrival},
                                     {}, outcome.events);
    return outcome;
  }
  Outcome post(std::string_view body) const { return send("POST", "/api/v2/alerts", body); }
  Outcome get(std::string_view path) const { return send("GET", path); }

  ConfiguredEntry entry_{"prometheus", ""};
};

TEST_F(Prometheus, each_posted_alert_is_an_event_and_the_answer_is_empty) {
  const Outcome outcome = post(std::string("[") + kAlert + "," + kAlert + "]");
  EXPECT_EQ(outcome.status(), 200);
  EXPECT_EQ(outcome.body(), "");
  EXPECT_EQ(entry_->answer({.accepted = 2, .ack = "disk"}).body, "");
  ASSERT_EQ(outcome.events.events.size(), 2u);
  const event::EventView event = outcome.events.events[0];
  EXPECT_EQ(event.text("kind"), "urn:prometheus:alert:firing");
  EXPECT_EQ(event.text("message"), "Down on web1:9100: no answer");
  EXPECT_EQ(event.text("alert_state"), "firing");
  EXPECT_EQ(event.text("host"), "web1");
  EXPECT_EQ(event.text("source"), "http://prom.example");
  EXPECT_EQ(event.text("raw.annotations.summary"), "no answer");
}

TEST_F(Prometheus, an_end_that_has_passed_resolves_and_none_fires) {
  const auto state = [&](std::string_view end) {
    const auto outcome =
        post(R"([{"labels":{"alertname":"A"},"startsAt":"2025-12-31T00:00:00Z")" +
             (end.empty() ? "" : ",\"endsAt\":\"" + std::string(end) + "\"") + "}]");
    return outcome.events.events.size() == 1 ? outcome.events.events[0].text("alert_state")
                                             : outcome.body();
  };
  EXPECT_EQ(state("2025-12-31T23:59:59.999Z"), "resolved");
  EXPECT_EQ(state("2026-01-01T00:00:00Z"), "resolved");
  EXPECT_EQ(state("2026-01-01T00:00:00.001Z"), "firing");
  EXPECT_EQ(state("2026-01-01T01:00:00+02:00"), "resolved");
  EXPECT_EQ(state("0001-01-01T00:00:00.000Z"), "firing");
  EXPECT_EQ(state(""), "firing");
}

TEST_F(Prometheus, an_empty_list_is_right_and_makes_nothing) {
  const Outcome outcome = post("[]");
  EXPECT_EQ(outcome.status(), 200);
  EXPECT_EQ(outcome.events.events.size(), 0u);
}

TEST_F(Prometheus, what_is_no_list_of_alerts_is_refused_with_a_json_string) {
  for (const char* body :
       {"", "no json {", "{}", "null", kAlert, "[1]", "[null]", "[{}]", R"([{"labels":{}}])",
        R"([{"labels":{"a":""}}])", R"([{"labels":{"a":7}}])", R"([{"labels":[]}])",
        R"([{"labels":{"a":"b"},"annotations":[]}])", R"([{"labels":{"a":"b"},"startsAt":"soon"}])",
        R"([{"labels":{"a":"b"},"startsAt":7}])",
        R"([{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z",
                                "endsAt":"2026-01-01T00:00:00Z"}])"}) {
    const Outcome outcome = post(body);
    EXPECT_EQ(outcome.status(), 400) << body;
    EXPECT_EQ(outcome.events.events.size(), 0u) << body;
    const auto text = parse_json(outcome.body());
    ASSERT_TRUE(text) << outcome.body();
    EXPECT_TRUE(text->is_string()) << outcome.body();
  }
}

TEST_F(Prometheus, alerts_that_are_right_are_kept_beside_those_that_are_not) {
  const Outcome outcome = post(std::string("[{\"labels\":{}},") + kAlert + ",7]");
  EXPECT_EQ(outcome.status(), 400);
  EXPECT_EQ(outcome.body(),
            "\"alert 0: at least one label pair required; alert 2: an alert is a JSON object\"");
  ASSERT_EQ(outcome.events.events.size(), 1u);
  EXPECT_EQ(outcome.events.events[0].text("alert_name"), "Down");
  ASSERT_EQ(outcome.events.rejected.size(), 2u);
  EXPECT_EQ(outcome.events.rejected[1].index, 2u);
}

TEST_F(Prometheus, a_list_beyond_the_limit_is_refused) {
  std::string body = "[{}";
  for (int i = 0; i < 10'000; ++i) body += ",{}";
  EXPECT_EQ(post(body + "]").body(), "\"more than 10000 alerts in one request\"");
}

TEST_F(Prometheus, the_status_has_all_that_the_api_requires) {
  const Outcome outcome = get("/api/v2/status");
  const auto status = parse_json(outcome.body());
  ASSERT_TRUE(status) << outcome.body();
  EXPECT_EQ(text_at(*status, "cluster.status"), "disabled");
  EXPECT_TRUE(find_at(*status, "config.original"));
  EXPECT_EQ(text_at(*status, "uptime"), "2026-01-01T00:00:00Z");
  for (const char* name : {"version", "revision", "branch", "buildUser", "buildDate", "goVersion"})
    EXPECT_TRUE(find_at(*status, std::string("versionInfo.") + name)) << name;
}

TEST_F(Prometheus, clients_find_what_they_look_for) {
  for (const char* path : {"/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/silences"}) {
    EXPECT_EQ(get(path).body(), "[]") << path;
    EXPECT_EQ(get(path).events.reply->content_type, "application/json");
    EXPECT_EQ(get(path).status(), 200);
  }
  EXPECT_EQ(get("/-/healthy").body(), "OK");
  EXPECT_EQ(get("/-/ready").body(), "OK");
  EXPECT_EQ(get("/-/ready/").status(), 200);
  EXPECT_EQ(get("/api/v2/receivers").body(), R"([{"name":"time-tunnel"}])");
  EXPECT_EQ(get("").status(), 200);
  EXPECT_EQ(get("/api/v2/silence/1").status(), 404);
  EXPECT_EQ(send("POST", "/api/v1/alerts", "[]").status(), 404);
  EXPECT_EQ(send("POST", "/-/reload").status(), 404);
}

TEST_F(Prometheus, a_silence_is_refused_and_not_forgotten) {
  const Outcome outcome = send("POST", "/api/v2/silences", "{}");
  EXPECT_EQ(outcome.status(), 400);
  EXPECT_EQ(outcome.body(), "\"time-tunnel keeps no silences; write a rule instead\"");
}

TEST_F(Prometheus, the_path_itself_takes_any_hook) {
  const auto kind = [&](std::string_view body) {
    const Outcome outcome = send("POST", "", body);
    return outcome.events.events.size() == 1 ? outcome.events.events[0].text("kind") : "not one";
  };
  EXPECT_EQ(kind(kAlert), "urn:prometheus:alert:firing");
  EXPECT_EQ(kind(std::string("[") + kAlert + "]"), "urn:prometheus:alert:firing");
  EXPECT_EQ(kind(std::string("{\"alerts\":[") + kAlert + "]}"), "urn:prometheus:alert:firing");
  EXPECT_EQ(kind("hello"), "urn:prometheus:unknown");
  EXPECT_EQ(kind("[]"), "urn:prometheus:unknown");
}

}  // namespace
}  // namespace tt::portals::test
