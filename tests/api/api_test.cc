// Routes: what is there, what is not, probes, metrics, the front page, and who may ask.
// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include "api/api_fixture.h"

namespace tt::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RoutesTest : public testing::ApiTest {};

TEST_F(RoutesTest, an_unknown_path_is_404_and_a_known_one_by_another_method_405) {
  start_usual();
  EXPECT_THAT(text(read("/nothing", 404), "error"), HasSubstr("no such path"));
  EXPECT_EQ(get("/nothing").status, 404);
  const Answer refused = post("/api/v1/status", "{}");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(net::find_header(refused.headers, "allow"), "GET");
  EXPECT_EQ(get("/api/v1/reload").status, 405);
  EXPECT_EQ(post("/metrics", "{}").status, 405);
  EXPECT_EQ(call("DELETE", "/api/v1/status", "", {{"Content-Type", "application/json"}}).status,
            405);
}

TEST_F(RoutesTest, a_path_with_a_name_in_it_says_how_it_is_asked) {
  start_usual();
  const Answer refused = get("/api/v1/exits/hook/pause");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(net::find_header(refused.headers, "allow"), "POST");
  EXPECT_EQ(net::find_header(post("/api/v1/exits/hook", "{}").headers, "allow"), "GET");
  EXPECT_EQ(get("/api/v1/exits/hook/dance").status, 404);
}

TEST_F(RoutesTest, a_parameter_that_a_path_does_not_have_is_refused_by_name) {
  start_usual();
  EXPECT_THAT(text(read("/events?knd=urn:a", 400), "error"),
              AllOf(HasSubstr("unknown parameter `knd`"), HasSubstr("did you mean `kind`"),
                    HasSubstr("known: where, kind, exit")));
  EXPECT_THAT(text(read("/status?verbose=1", 400), "error"), HasSubstr("takes none"));
  // Rows that share a handler have their own.
  const std::string id = id_of(say("x"));
  EXPECT_EQ(get("/api/v1/events/" + id + "?as=json").status, 200);
  EXPECT_EQ(get("/api/v1/events/" + id + "?generation=1").status, 400);
  EXPECT_EQ(get("/api/v1/events/" + id + "/why?generation=1").status, 200);
}

TEST_F(RoutesTest, who_misspells_a_path_is_told_the_one_that_is_there) {
  start(
      "entries:\n  events: {type: http, path: /api/v1/events}\n"
      "  lab: {type: gitlab, path: /hooks/gitlab}\n");
  const Answer one = post("/api/v1/event", "<x/>", {{"Content-Type", "text/xml"}});
  EXPECT_EQ(one.status, 404) << "what it sends does not matter yet";
  EXPECT_THAT(one.body, HasSubstr("did you mean `/api/v1/events`?"));
  EXPECT_THAT(post("/hooks/gitlb", "{}").body, HasSubstr("did you mean `/hooks/gitlab`?"));
}

TEST_F(RoutesTest, an_entry_asked_by_another_method_says_which_it_takes) {
  start(
      "entries:\n  events: {type: http, path: /api/v1/events}\n"
      "  lab: {type: gitlab, path: /hooks/gitlab}\n"
      "api: {auth: {bearer: sesame}}\n");
  const Answer hook = call("GET", "/hooks/gitlab", "");
  EXPECT_EQ(hook.status, 405);
  EXPECT_EQ(net::find_header(hook.headers, "allow"), "POST");
  const Answer events = call("DELETE", "/api/v1/events", "");
  EXPECT_EQ(events.status, 405);
  EXPECT_EQ(net::find_header(events.headers, "allow"), "GET, POST");
  EXPECT_EQ(get("/api/v1/events").status, 401) << "that is the API's";
}

TEST_F(RoutesTest, head_is_get_without_the_body) {
  start_usual();
  for (const char* path :
       {"/", "/healthz", "/metrics", "/api/v1/status", "/api/v1/events", "/api/v1/events/stream"}) {
    const Answer head = call("HEAD", path);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_THAT(head.body, IsEmpty()) << path;
  }
  EXPECT_EQ(call("HEAD", "/api/v1/nothing").status, 404);
}

TEST_F(RoutesTest, probes_tell_life_and_readiness_and_a_dead_exit_is_no_reason) {
  start_usual();
  target_.always(503);
  append("events", R"({"message":"x","severity":"critical"})");
  ASSERT_TRUE(eventually([&] { return exit("hook").retries > 0; }));
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  memory_.set_free_bytes(1 << 20);
  clock_.advance_ns(kNsPerSec);
  EXPECT_EQ(post("/api/v1/events", R"({"message":"x"})").status, 503);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(RoutesTest, an_entry_whose_secret_is_missing_is_not_ready_until_it_is_there) {
  start("entries:\n  in: {type: http, path: /in, auth: {bearer: {file: ./token}}}\n");
  const Answer missing = get("/readyz");
  EXPECT_EQ(missing.status, 503);
  EXPECT_THAT(missing.body, AllOf(HasSubstr("entry `in` refuses its senders"), HasSubstr("token")));
  EXPECT_EQ(get("/healthz").status, 200);
  ASSERT_TRUE(write_file(system_disk(), folder_ / "token", "sesame\n").ok());
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(post("/in", R"({"message":"x"})",
                 {{"Content-Type", "application/json"}, {"Authorization", "Bearer sesame"}})
                .status,
            202);
}

TEST_F(RoutesTest, metrics_have_the_names_that_dashboards_know) {
  start_usual();
  EXPECT_EQ(post("/api/v1/events", R"({"message":"x","severity":"critical"})").status, 202);
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  const Answer metrics = get("/metrics");
  EXPECT_THAT(net::find_header(metrics.headers, "content-type"), HasSubstr("version=0.0.4"));
  EXPECT_THAT(metrics.body,
              AllOf(HasSubstr(R"(tt_entry_events_total{entry="events",result="accepted"} 1)"),
                    HasSubstr(R"(tt_exit_events_total{exit="hook",result="delivered"} 1)"),
                    HasSubstr(R"(tt_exit_events_total{exit="hook",result="dead"} 0)"),
                    HasSubstr(R"(tt_exit_behind_events{exit="hook"})"),
                    HasSubstr("tt_events_unrouted_total"), HasSubstr("tt_rule_errors_total"),
                    HasSubstr("tt_exit_request_seconds_bucket")));
}

TEST_F(RoutesTest, the_front_page_names_the_entries_and_runs_nothing) {
  start("entries:\n  lab: {type: gitlab, path: '/hooks/<lab>'}\n");
  const Answer page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(net::find_header(page.headers, "content-type"), HasSubstr("text/html"));
  EXPECT_THAT(net::find_header(page.headers, "content-security-policy"),
              HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, HasSubstr("/hooks/&lt;lab&gt;"));
}

TEST_F(RoutesTest, foreign_hosts_and_changes_that_a_page_could_send_are_refused) {
  start_usual();
  EXPECT_EQ(call("GET", "/api/v1/status", "", {{"Host", "evil.example"}}).status, 403);
  EXPECT_EQ(call("GET", "/metrics", "", {{"Host", "evil.example"}}).status, 403);
  EXPECT_EQ(call("GET", "/healthz", "", {{"Host", "evil.example"}}).status, 200);
  EXPECT_EQ(call("GET", "/api/v1/status", "", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(post("/api/v1/exits/hook/pause", "", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(exit("hook").state, "running");
}

TEST_F(RoutesTest, a_token_guards_the_api_and_not_the_probes) {
  start("api: {auth: {bearer: open-sesame}}\nentries:\n  in: {type: http, path: /in}\n");
  EXPECT_EQ(get("/api/v1/status").status, 401);
  EXPECT_EQ(get("/metrics").status, 401);
  EXPECT_EQ(get("/").status, 401);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(post("/in", R"({"message":"x"})").status, 202);
  EXPECT_EQ(call("GET", "/api/v1/status", "", {{"Authorization", "Bearer open-sesame"}}).status,
            200);
}

TEST_F(RoutesTest, an_api_with_a_listener_of_its_own_is_nowhere_else) {
  start("api: {listen: 127.0.0.1:0}\nentries:\n  in: {type: http, path: /in}\n");
  EXPECT_EQ(get("/api/v1/status").status, 404);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(post("/in", R"({"message":"x"})").status, 202);
  ASSERT_EQ(daemon_->addresses().size(), 2u);
  net::ClientRequest request;
  request.method = "GET";
  request.url = "http://127.0.0.1:" + std::to_string(daemon_->addresses()[1].port);
  const std::string base = request.url;
  request.url = base + "/api/v1/status";
  EXPECT_EQ(client_->call(request).status, 200);
  request.method = "POST";
  request.url = base + "/in";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"message":"x"})";
  EXPECT_EQ(client_->call(request).status, 404);
}

TEST_F(RoutesTest, who_sends_events_to_the_api_alone_is_told_where_they_go) {
  start("api: {listen: 127.0.0.1:0}\nentries:\n  in: {type: http, path: /api/v1/events}\n");
  ASSERT_EQ(daemon_->addresses().size(), 2u);
  const net::ClientAnswer answer = client_->call(
      {.url = "http://127.0.0.1:" + std::to_string(daemon_->addresses()[1].port) + "/api/v1/events",
       .headers = {{"Content-Type", "application/json"}},
       .body = R"({"message":"x"})"});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(net::find_header(answer.headers, "allow"), "GET");
  EXPECT_THAT(answer.body, HasSubstr("events go to the main `listen`"));
}

TEST_F(RoutesTest, names_with_odd_characters_are_found_by_their_escapes) {
  start("exits:\n  'team chat': {type: webhook, url: '" + target_.url() +
        "'}\nrules:\n  - {to: team chat}\n");
  EXPECT_EQ(text(read("/exits/team%20chat"), "name"), "team chat");
  change("/exits/team%20chat/pause");
  EXPECT_EQ(exit("team chat").state, "paused");
}

}  // namespace
}  // namespace tt::api
