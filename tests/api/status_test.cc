// Operating over HTTP: status, exits, dead letters, rules, configuration, reload.
// SPDX-License-Identifier: Apache-2.0
#include "api/status.h"

#include "api/api_fixture.h"

namespace tt::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class StatusTest : public testing::ApiTest {};

TEST_F(StatusTest, the_status_shows_tunnel_entries_exits_and_orphans) {
  start_usual();
  EXPECT_EQ(post("/api/v1/events", R"({"message":"x","severity":"critical"})").status, 202);
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  const auto status = read("/status");
  EXPECT_EQ(text(status, "log"), daemon_->tunnel().log_id());
  EXPECT_TRUE(status.at("ready").as_bool());
  EXPECT_EQ(status.at("tunnel").at("accepted").to_number<int>(), 1);
  EXPECT_FALSE(status.at("tunnel").at("full").as_bool());
  EXPECT_EQ(text(status.at("entries").at(0), "name"), "events");
  EXPECT_EQ(status.at("entries").at(0).at("accepted").to_number<int>(), 1);
  EXPECT_EQ(text(status.at("exits").at(0), "name"), "hook");
  EXPECT_EQ(status.at("exits").at(0).at("delivered").to_number<int>(), 1);
  EXPECT_TRUE(status.at("orphans").as_array().empty());
}

TEST_F(StatusTest, entries_are_listed_and_shown) {
  start_usual();
  EXPECT_EQ(read("/entries").at("entries").as_array().size(), 1u);
  EXPECT_EQ(text(read("/entries/events"), "path"), "/api/v1/events");
  read("/entries/nobody", 404);
}

TEST_F(StatusTest, exits_are_listed_shown_paused_and_resumed) {
  start_usual();
  EXPECT_EQ(read("/exits").at("exits").as_array().size(), 1u);
  EXPECT_EQ(text(read("/exits/hook"), "state"), "running");
  change("/exits/hook/pause");
  EXPECT_EQ(text(read("/exits/hook"), "state"), "paused");
  change("/exits/hook/resume");
  EXPECT_EQ(text(read("/exits/hook"), "state"), "running");
  read("/exits/nobody", 404);
  change("/exits/nobody/pause", 404);
  change("/exits/hook/dance", 404);
  change("/exits/hook", 405);
}

TEST_F(StatusTest, a_test_of_an_exit_sends_one_event_that_is_stored_nowhere) {
  start_usual();
  const auto fine = change("/exits/hook/test");
  EXPECT_EQ(text(fine, "verdict"), "delivered");
  EXPECT_EQ(fine.at("status").to_number<int>(), 200);
  EXPECT_THAT(text(fine, "request"), HasSubstr("urn:time-tunnel:test"));
  ASSERT_EQ(target_.count(), 1u);
  EXPECT_THAT(target_.received()[0].body, HasSubstr("Test of exit hook"));
  target_.answer({403});
  const auto refused = change("/exits/hook/test");
  EXPECT_EQ(text(refused, "verdict"), "misconfigured");
  EXPECT_EQ(text(refused, "answer"), "said 403");
  EXPECT_EQ(text(read("/exits/hook"), "state"), "running");
  EXPECT_TRUE(read("/events").at("events").as_array().empty());
  change("/exits/nobody/test", 404);
  change("/exits/hook/test", 400, "[]");
}

TEST_F(StatusTest, a_test_of_an_exit_with_holes_says_what_it_needs_and_takes_it) {
  start("exits:\n  hook: {type: webhook, url: '" + target_.url("/in/{{ event.team }}") +
        "'}\nrules:\n  - {to: hook}\n");
  const auto refused = change("/exits/hook/test");
  EXPECT_EQ(text(refused, "verdict"), "rejected");
  EXPECT_THAT(text(refused, "text"),
              AllOf(HasSubstr("'team'"), HasSubstr("tictoc exit test hook -f FIELD=TEXT")));
  EXPECT_EQ(target_.count(), 0u);
  const auto fine = change("/exits/hook/test", 200, R"({"team":"web","message":"mine"})");
  EXPECT_EQ(text(fine, "verdict"), "delivered");
  EXPECT_EQ(target_.received()[0].path, "/in/web");
  EXPECT_THAT(target_.messages(), ElementsAre("mine"));
}

TEST_F(StatusTest, an_orphan_is_named_until_it_is_forgotten) {
  start_usual();
  change("/exits/hook/forget", 400);  // Still configured.
  configure("entries:\n  events: {type: http, path: /api/v1/events}\n");
  change("/reload");
  EXPECT_EQ(read("/exits").at("orphans").at(0).as_string(), "hook");
  change("/exits/hook/forget");
  EXPECT_TRUE(read("/exits").at("orphans").as_array().empty());
}

TEST_F(StatusTest, dead_letters_are_listed_shown_retried_and_dropped) {
  start_usual();
  const tunnel::Seq seq = refused("first");
  refused("second");
  const auto summary = read("/dead").at("exits");
  EXPECT_EQ(text(summary.at(0), "exit"), "hook");
  EXPECT_EQ(summary.at(0).at("count").to_number<int>(), 2);

  const auto list = read("/dead/hook").at("letters");
  ASSERT_EQ(list.as_array().size(), 2u);
  const auto number = [&](std::size_t i) {
    return std::to_string(list.at(i).at("number").to_number<std::uint64_t>());
  };
  EXPECT_EQ(read("/dead/hook?limit=1").at("letters").as_array().size(), 1u);
  EXPECT_EQ(text(read("/dead/hook?after=" + number(0)).at("letters").at(0).at("event"), "message"),
            "second");

  const auto letter = read("/dead/hook/" + number(0));
  EXPECT_EQ(text(letter, "id"), id_of(seq));
  EXPECT_EQ(text(letter, "reason"), "rejected");
  EXPECT_EQ(letter.at("status").to_number<int>(), 400);
  EXPECT_EQ(text(letter, "answer"), "said 400");
  EXPECT_THAT(text(letter, "request"), HasSubstr("POST http://127.0.0.1"));
  EXPECT_EQ(text(letter.at("event"), "message"), "first");

  EXPECT_EQ(change("/dead/hook/" + number(0) + "/retry").at("done").to_number<int>(), 1);
  EXPECT_EQ(target_.messages().back(), "first");
  EXPECT_EQ(change("/dead/hook/" + number(1) + "/drop").at("done").to_number<int>(), 1);
  EXPECT_TRUE(read("/dead/hook").at("letters").as_array().empty());
  EXPECT_EQ(target_.count(), 3u);
  read("/dead/hook/" + number(0), 404);
  change("/dead/hook/" + number(0) + "/retry", 404);
  change("/dead/hook/" + number(0) + "/dance", 404);
}

TEST_F(StatusTest, letters_are_chosen_by_reason_and_time_and_a_misspelt_choice_touches_none) {
  start_usual();
  refused("old");
  clock_.advance_ns(7200 * kNsPerSec);
  const tunnel::Seq young = refused("young");
  ASSERT_TRUE(daemon_->tunnel()
                  .dead_letters()
                  .append({.exit = "hook",
                           .reason = "expired",
                           .last_ns = clock_.wall_ns(),
                           .event_json = R"({"message":"late"})"})
                  .ok());
  EXPECT_EQ(read("/dead/hook?reason=rejected").at("letters").as_array().size(), 2u);
  EXPECT_EQ(read("/dead/hook?since=1h").at("letters").as_array().size(), 2u);
  EXPECT_EQ(text(read("/dead/hook?reason=rejected&since=1h").at("letters").at(0), "id"),
            id_of(young));
  EXPECT_EQ(read("/dead/hook?since=" + id_of(young)).at("letters").as_array().size(), 1u);
  EXPECT_EQ(get("/api/v1/dead/hook?since=soon").status, 400);

  for (const char* body : {R"({"reson":"rejected"})", R"({"reason":5})", R"({"after":"x"})",
                           R"({"since":"soon"})", "[]", ""}) {
    change("/dead/hook/retry", 400, body);
    change("/dead/hook/drop", 400, body);
  }
  EXPECT_EQ(read("/dead/hook").at("letters").as_array().size(), 3u);
  EXPECT_EQ(target_.count(), 2u);

  const auto dropped = change("/dead/hook/drop", 200, R"({"reason":"expired"})");
  EXPECT_EQ(dropped.at("done").to_number<int>(), 1);
  const auto retried = change("/dead/hook/retry", 200, R"({"since":"1h"})");
  EXPECT_EQ(retried.at("done").to_number<int>(), 1);
  EXPECT_TRUE(retried.at("next").is_null());
  EXPECT_EQ(target_.messages().back(), "young");
  EXPECT_EQ(text(read("/dead/hook").at("letters").at(0).at("event"), "message"), "old");
}

TEST_F(StatusTest, letters_of_no_exit_and_reasons_that_are_none_are_refused_by_name) {
  start_usual();
  EXPECT_THAT(text(read("/dead/nope", 404), "error"), HasSubstr("no exit `nope`"));
  change("/dead/nope/drop", 404);
  change("/dead/nope/retry", 404);
  EXPECT_TRUE(read("/dead/hook").at("letters").as_array().empty());
  EXPECT_THAT(text(read("/dead/hook?reason=rejectd", 400), "error"),
              AllOf(HasSubstr("did you mean `rejected`?"), HasSubstr("expired, encode")));
  change("/dead/hook/drop", 400, R"({"reason":"foo"})");
}

TEST_F(StatusTest, letters_are_retried_in_pages_as_long_as_the_body_says) {
  start_usual();
  for (const char* message : {"a", "b", "c"}) refused(message);
  target_.answer({200});
  const auto first = change("/dead/hook/retry", 200, R"({"limit":2})");
  EXPECT_EQ(first.at("done").to_number<int>(), 2);
  EXPECT_EQ(read("/dead/hook").at("letters").as_array().size(), 1u);
  const std::string next = std::to_string(first.at("next").to_number<int>());
  const auto last = change("/dead/hook/retry", 200, R"({"limit":2,"after":)" + next + "}");
  EXPECT_EQ(last.at("done").to_number<int>(), 1);
}

TEST_F(StatusTest, letters_are_exported_line_by_line_page_by_page_to_the_byte) {
  start_usual();
  target_.answer({400});
  append("events",
         R"({"message":"a","severity":"critical","size":1.10,"big":123456789012345678901})");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  refused("b");
  const Answer first = get("/api/v1/dead/hook?as=events&limit=1");
  EXPECT_THAT(first.body, HasSubstr(R"("size":1.10,"big":123456789012345678901)"));
  const std::string next(net::find_header(first.headers, "tt-next"));
  ASSERT_FALSE(next.empty());
  const Answer second = get("/api/v1/dead/hook?as=events&after=" + next);
  EXPECT_THAT(second.body, HasSubstr(R"("message":"b")"));
  EXPECT_EQ(net::find_header(second.headers, "tt-next"), "");
  // They can be sent as they are.
  EXPECT_EQ(
      post("/api/v1/events", first.body + second.body, {{"Content-Type", "application/x-ndjson"}})
          .status,
      202);
  const auto letter =
      parsed(get("/api/v1/dead/hook?as=ndjson&after=" + next), 200, "the second letter");
  EXPECT_EQ(text(letter, "reason"), "rejected");
  EXPECT_EQ(text(letter, "answer"), "said 400");
  EXPECT_EQ(get("/api/v1/dead/hook?as=xml").status, 400);
}

TEST_F(StatusTest, a_letter_is_edited_whole_or_by_its_members) {
  start_usual();
  target_.answer({400});
  append("events", R"({"message":"a","severity":"critical","size":1.10})");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  const auto number = read("/dead/hook").at("letters").at(0).at("number").to_number<int>();
  const std::string path = "/dead/hook/" + std::to_string(number);
  target_.answer({422});
  const auto refused_again = change(path + "/set", 200, R"({"message":"b","team":"x"})");
  EXPECT_EQ(text(refused_again, "verdict"), "rejected");
  EXPECT_THAT(target_.received().back().body, HasSubstr(R"("message":"b")"));
  EXPECT_THAT(target_.received().back().body, HasSubstr(R"("size":1.10)"));
  EXPECT_EQ(read(path).at("attempts").to_number<int>(), 2);
  EXPECT_EQ(read(path).at("status").to_number<int>(), 422);
  EXPECT_EQ(text(read(path).at("event"), "message"), "a");
  for (const char* body : {"", "{}", "[]", "x", R"({"message":null})"})
    change(path + "/set", 400, body);
  change(path + "/edit", 400, R"({"kind":"urn:x"})");
  change("/dead/hook/999/set", 404, R"({"message":"b"})");
  EXPECT_EQ(target_.count(), 2u);
  EXPECT_EQ(text(change(path + "/edit", 200, R"({"message":"c"})"), "verdict"), "delivered");
  EXPECT_EQ(target_.messages().back(), "c");
  read(path, 404);
}

TEST_F(StatusTest, all_letters_of_an_exit_are_retried_at_once) {
  start_usual();
  refused("first");
  refused("second");
  const auto result = change("/dead/hook/retry");
  EXPECT_EQ(result.at("tried").to_number<int>(), 2);
  EXPECT_EQ(result.at("done").to_number<int>(), 2);
  EXPECT_TRUE(read("/dead/hook").at("letters").as_array().empty());
}

TEST_F(StatusTest, what_is_no_number_names_no_letter_and_touches_none) {
  start_usual();
  refused("keep me");
  change("/dead/hook/x1/drop", 404);
  change("/dead/hook/-1/drop", 404);
  EXPECT_EQ(read("/dead/hook").at("letters").as_array().size(), 1u);
}

TEST_F(StatusTest, the_rules_in_force_are_shown) {
  start_usual();
  const auto rules = read("/rules");
  EXPECT_EQ(rules.at("generation").to_number<std::uint64_t>(), daemon_->generation());
  ASSERT_EQ(rules.at("rules").as_array().size(), 2u);
  EXPECT_EQ(text(rules.at("rules").at(0), "name"), "urgent");
  EXPECT_EQ(text(rules.at("rules").at(0), "when"), R"(event.severity == "critical")");
  EXPECT_EQ(rules.at("rules").at(0).at("to").at(0).as_string(), "hook");
}

TEST_F(StatusTest, the_configuration_in_force_is_shown_as_a_generation_keeps_it) {
  start_usual();
  const auto config = read("/config/text");
  EXPECT_EQ(config.at("generation").to_number<std::uint64_t>(), daemon_->generation());
  EXPECT_EQ(text(config, "text"), daemon_->settings()->text);
  EXPECT_THAT(text(config, "text"), HasSubstr("urgent"));
}

TEST_F(StatusTest, a_reload_says_what_is_wrong_and_the_status_remembers) {
  start_usual();
  EXPECT_TRUE(read("/config/status").at("last_failure").is_null());
  EXPECT_EQ(text(read("/config/status"), "source"), config_path());
  configure("exits:\n  hook: {type: webhok, url: 'http://127.0.0.1:1'}\n");
  const auto refused = change("/reload", 422);
  EXPECT_FALSE(refused.at("ok").as_bool());
  EXPECT_THAT(text(refused, "text"), HasSubstr("did you mean `webhook`"));
  EXPECT_FALSE(refused.at("diagnostics").as_array().empty());
  EXPECT_FALSE(read("/config/status").at("last_failure").at("ok").as_bool());

  configure("entries:\n  events: {type: http, path: /other}\n");
  const auto applied = change("/reload");
  EXPECT_TRUE(applied.at("ok").as_bool());
  EXPECT_EQ(applied.at("generation").to_number<std::uint64_t>(), daemon_->generation());
  EXPECT_EQ(text(read("/entries/events"), "path"), "/other");
}

TEST_F(StatusTest, no_secret_of_the_configuration_is_in_any_answer) {
  start("entries:\n  in: {type: http, path: /in, auth: {bearer: entry-secret}}\nexits:\n" +
        testing::webhook("hook", target_, "auth: {bearer: exit-secret}") +
        "rules:\n  - {to: hook}\n");
  target_.decide([](const pipeline::testing::Received& request) {
    return net::HttpAnswer{.status = 400, .body = "you sent " + request.header("authorization")};
  });
  say("x");
  ASSERT_TRUE(eventually([&] { return exit("hook").dead == 1; }));
  EXPECT_EQ(target_.received()[0].header("authorization"), "Bearer exit-secret");
  std::string all =
      post("/api/v1/exits/hook/test", "{}").body + get("/metrics").body + get("/").body;
  for (const char* path : {"/status", "/entries", "/exits", "/rules", "/config/status",
                           "/config/text", "/events", "/dead/hook", "/dead/hook/1"})
    all += get("/api/v1" + std::string(path)).body;
  EXPECT_THAT(all, HasSubstr("you sent"));
  EXPECT_THAT(all, Not(HasSubstr("entry-secret")));
  EXPECT_THAT(all, Not(HasSubstr("exit-secret")));
}

}  // namespace
}  // namespace tt::api
