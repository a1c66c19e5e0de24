// A replay over HTTP: preview, begin, progress, cancel, and what is refused before anything is
// sent.
// SPDX-License-Identifier: Apache-2.0
#include "api/replay.h"

#include "api/api_fixture.h"

namespace tt::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ReplayApiTest : public testing::ApiTest {
 protected:
  static constexpr const char* kPath = "/exits/hook/replay";

  tunnel::Seq critical(const std::string& message) {
    return append("events", "{\"message\":\"" + message + "\",\"severity\":\"critical\"}");
  }
  void deliver_all() {
    ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  }
  Answer remove(const std::string& path) {
    return call("DELETE", "/api/v1" + path, "", {{"Content-Type", "application/json"}});
  }
  bool is(const char* state) { return text(read(kPath), "state") == state; }
  static int number(const testing::json::value& value, const char* name) {
    return value.at(name).to_number<int>();
  }
};

TEST_F(ReplayApiTest, a_dry_run_tells_what_would_go_and_sends_nothing) {
  start_usual();
  const tunnel::Seq first = critical("one");
  append("events", R"({"message":"of no interest"})");
  critical("two");
  deliver_all();
  const auto preview =
      change(kPath, 200, R"({"since":"1h","where":"event.message != 'two'","dry_run":true})");
  EXPECT_EQ(number(preview, "events"), 1);
  EXPECT_EQ(text(preview.at("example"), "id"), id_of(first));
  EXPECT_EQ(text(preview.at("example"), "message"), "one");
  EXPECT_EQ(text(preview, "rate"), "100/s");
  EXPECT_EQ(number(preview, "removed_at_most"), 0);
  EXPECT_FALSE(preview.at("pages").as_bool());
  read(kPath, 404);
  EXPECT_EQ(target_.count(), 2u);
}

TEST_F(ReplayApiTest, a_replay_is_begun_watched_and_done) {
  start_usual();
  const tunnel::Seq first = critical("one");
  critical("two");
  deliver_all();
  const auto begun = change(kPath, 202, "{\"since\":\"" + id_of(first) + "\",\"rate\":\"60/m\"}");
  EXPECT_EQ(number(begun, "epoch"), 1);
  EXPECT_EQ(text(begun, "rate"), "1/s");
  EXPECT_EQ(text(begun, "since"), id_of(first));
  ASSERT_TRUE(eventually([&] { return is("done"); }));
  const auto done = read(kPath);
  EXPECT_EQ(number(done, "selected"), 2);
  EXPECT_EQ(number(done, "sent"), 2);
  EXPECT_EQ(number(done, "delivered"), 2);
  EXPECT_EQ(number(done, "dead"), 0);
  EXPECT_EQ(number(done, "pending"), 0);
  EXPECT_THAT(target_.messages(), ElementsAre("one", "two", "one", "two"));
}

TEST_F(ReplayApiTest, a_running_replay_is_cancelled_by_delete) {
  start_usual();
  critical("one");
  critical("two");
  deliver_all();
  change(kPath, 202, R"({"since":"1h","rate":"1/h"})");
  ASSERT_TRUE(soon([&] { return number(read(kPath), "delivered") == 1; }));
  EXPECT_THAT(text(change(kPath, 400, R"({"since":"1h"})"), "error"), HasSubstr("is running"));
  EXPECT_EQ(remove(kPath).status, 200);
  ASSERT_TRUE(soon([&] { return is("cancelled"); }));
  EXPECT_EQ(remove(kPath).status, 404);
  EXPECT_EQ(remove("/exits/hook").status, 405);
  EXPECT_EQ(target_.count(), 3u);
}

TEST_F(ReplayApiTest, what_is_not_understood_sends_nothing) {
  start_usual();
  critical("one");
  deliver_all();
  const std::pair<const char*, const char*> bad[] = {
      {R"({"since":"1h","dryrun":true})",
       "`dryrun` is no member of a replay; did you mean `dry_run`?"},
      {R"({"since":"1h","dry_run":"true"})", "true or false"},
      {R"({"since":"yesterday"})", "since"},
      {R"({"since":"1h","until":"2h"})", "until lies before since"},
      {R"({"since":"1h","rate":"fast"})", "rate is written"},
      {R"({"since":"1h","rate":"0/s"})", "rate"},
      {R"({"since":"1h","where":"event.message ="})", "where, column"},
      {R"({})", "since is missing"},
      {R"([])", "JSON object"},
      {R"({"since")", "JSON object"}};
  append("events", R"({"message":"later"})");
  // Each has a reader of its own, which finds this wrong (or `since` missing).
  for (const std::string_view name : split(kReplayMembers, ' ')) {
    const std::string body = "{\"" + std::string(name) + "\":\"\"}";
    EXPECT_THAT(text(change(kPath, 400, body), "error"), Not(HasSubstr("no member"))) << body;
  }
  for (const auto& [body, reason] : bad)
    EXPECT_THAT(text(change(kPath, 400, body), "error"), HasSubstr(reason)) << body;
  change("/exits/nobody/replay", 404, R"({"since":"1h"})");
  EXPECT_EQ(target_.count(), 1u);
  read(kPath, 404);
}

TEST_F(ReplayApiTest, a_range_that_retention_has_removed_is_said_before_anything_is_sent) {
  start_usual();
  const tunnel::Seq old = critical("old");
  const tunnel::Seq second = critical("second");
  deliver_all();
  const std::string big(600'000, 'x');
  for (int i = 0; i < 250; ++i) append("events", "{\"message\":\"" + big + "\"}");
  const tunnel::Seq last = critical("kept");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  ASSERT_TRUE(daemon_->tunnel().trim(1, 1).ok());
  ASSERT_GT(daemon_->tunnel().status().oldest, second);
  const std::string since = "{\"since\":\"" + id_of(old) + "\"";
  const auto preview = change(kPath, 200, since + ",\"dry_run\":true}");
  EXPECT_EQ(preview.at("removed_at_most").to_number<std::uint64_t>(),
            daemon_->tunnel().status().oldest - old);
  EXPECT_EQ(number(preview, "events"), 1);
  EXPECT_THAT(text(change(kPath, 400, since + "}"), "error"),
              HasSubstr("retention has removed up to"));
  EXPECT_THAT(text(change(kPath, 400, since + ",\"until\":\"" + id_of(second) + "\"}"), "error"),
              HasSubstr("retention has removed every event"));
  EXPECT_EQ(target_.count(), 3u);
  change(kPath, 202, since + ",\"allow_removed\":true}");
  ASSERT_TRUE(eventually([&] { return is("done"); }));
  EXPECT_EQ(target_.messages().back(), "kept");
  change(kPath, 202, "{\"since\":\"" + id_of(last) + "\"}");
}

TEST_F(ReplayApiTest, why_shows_the_first_run_and_the_replay) {
  start_usual();
  const tunnel::Seq seq = critical("one");
  deliver_all();
  target_.answer({503});
  change(kPath, 202, R"({"since":"1h"})");
  ASSERT_TRUE(eventually([&] { return is("done"); }));
  attempts(seq, 3);
  const auto exit = read("/events/" + id_of(seq) + "/why").at("exits").at(0);
  EXPECT_EQ(text(exit, "state"), "delivered");
  const auto& tried = exit.at("attempts").as_array();
  ASSERT_EQ(tried.size(), 3u);
  EXPECT_FALSE(tried[0].as_object().contains("replay"));
  EXPECT_EQ(number(tried[1], "replay"), 1);
  EXPECT_EQ(text(tried[1], "verdict"), "retry");
  EXPECT_EQ(number(tried[2], "replay"), 1);
  EXPECT_EQ(text(tried[2], "verdict"), "delivered");
  const Answer shown = get("/api/v1/events/" + id_of(seq) + "/why?as=text");
  EXPECT_THAT(shown.body, HasSubstr("    first run:\n"));
  EXPECT_THAT(shown.body, HasSubstr("    replay 1:\n"));
}

TEST_F(ReplayApiTest, the_description_for_programs_names_the_members_of_the_body) {
  start_usual();
  const auto api = parsed(get("/openapi.json"), 200, "/openapi.json");
  const auto& paths = api.at("paths").at("/api/v1/exits/{name}/replay");
  const auto& body = paths.at("post").at("requestBody").at("content").at("application/json");
  const auto& members = body.at("schema").at("properties");
  EXPECT_EQ(text(members.at("since"), "type"), "string");
  EXPECT_EQ(text(members.at("dry_run"), "type"), "boolean");
  EXPECT_TRUE(paths.as_object().contains("get"));
  EXPECT_TRUE(paths.as_object().contains("delete"));
}

}  // namespace
}  // namespace tt::api
