// Tests of portals/plugin/plugin_exit: exits of plugins behave as built-in ones.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_exit.h"

#include <future>

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using portals::test::masked_json;
using testing::HasSubstr;

struct Encoding {
  Configured exit;
  Outgoing events{R"({"message":"m","severity":"error"})"};
  explicit Encoding(const std::string& mode)
      : exit(odd_exit("odd_encode"),
             "type: odd_encode\nmode: " + mode + "\ntoken: " + kToken + "\n") {
    EXPECT_TRUE(exit.portal) << exit.problems();
  }
};

TEST(PluginExit, what_encode_writes_is_sent_and_secrets_stay_hidden) {
  Encoding given("encode");
  const auto request = given.exit.portal->encode(given.events.all());
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_EQ(request->method, "PUT");
  EXPECT_EQ(request->url.reveal(), "https://example.com/" + kToken);
  EXPECT_EQ(request->headers.at(0).second.reveal(), "Bearer " + kToken);
  EXPECT_EQ(request->headers.at(1).second.reveal(), "derived");
  const std::string shown = masked_json(*request) + given.exit.portal->show();
  EXPECT_THAT(shown, HasSubstr("https://example.com/***"));
  EXPECT_THAT(shown, testing::Not(HasSubstr(kToken)));
  EXPECT_THAT(shown, testing::Not(HasSubstr("derived")));
}

TEST(PluginExit, requests_that_would_break_out_are_refused) {
  Encoding given("break");
  const auto request = given.exit.portal->encode(given.events.all());
  ASSERT_FALSE(request.ok());
  EXPECT_EQ(request.error().code, Code::kReject);
}

TEST(PluginExit, an_event_that_cannot_be_encoded_now_waits_and_nothing_is_sent) {
  Encoding given("wait");
  const auto request = given.exit.portal->encode(given.events.all());
  ASSERT_TRUE(request.ok());
  TestSeams seams;
  const auto sender = given.exit.portal->connect(seams.seams());
  ExitAnswer got;
  sender->send(*request, {}, [&](ExitAnswer answer) { got = std::move(answer); });
  EXPECT_TRUE(seams.client.requests.empty());
  EXPECT_TRUE(got.is_misconfigured);
  const auto verdicts = given.exit.portal->judge(got, 1, kNow);
  EXPECT_EQ(verdicts.at(0).kind, VerdictKind::kMisconfigured);
  EXPECT_THAT(verdicts.at(0).text, HasSubstr("not yet"));
}

TEST(PluginExit, judge_begins_with_what_the_status_says) {
  Encoding given("encode");
  const ExitPortal& portal = *given.exit.portal;
  EXPECT_EQ(portal.judge({.status = 200}, 1, kNow).at(0).kind, VerdictKind::kDelivered);
  EXPECT_EQ(portal.judge({.status = 503}, 1, kNow).at(0).kind, VerdictKind::kRetry);
  const auto verdicts = portal.judge({.status = 200, .headers = {{"X-Why", "full"}}}, 2, kNow);
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(verdicts[1].kind, VerdictKind::kRejected);
  EXPECT_EQ(verdicts[1].text, "full");
  EXPECT_EQ(portal.judge({.error = "timed out"}, 1, kNow).at(0).kind, VerdictKind::kRetry);
}

// A replay runs beside its exit, and deliver() is promised one call at a time.
TEST(PluginExit, each_sender_delivers_to_a_life_of_its_own) {
  const Configured exit(odd_exit("odd_deliver"), "type: odd_deliver\nmode: self\n");
  ASSERT_TRUE(exit.portal) << exit.problems();
  const Outgoing events(R"({"message":"m"})");
  const ExitRequest request = *exit.portal->encode(events.all());
  TestSeams seams;
  const auto life_of = [&](ExitSender& sender) {
    std::promise<ExitAnswer> answer;
    sender.send(request, {}, [&](ExitAnswer got) { answer.set_value(std::move(got)); });
    return exit.portal->judge(answer.get_future().get(), 1, kNow).at(0).reference;
  };
  const auto live = exit.portal->connect(seams.seams()),
             replay = exit.portal->connect(seams.seams());
  const std::string life = life_of(*live);
  EXPECT_NE(life, "");
  EXPECT_EQ(life_of(*live), life);
  EXPECT_NE(life_of(*replay), life);
}

TEST(PluginExit, without_its_secret_it_is_misconfigured_and_not_a_dead_letter) {
  ::unsetenv("TT_NO_SUCH_SECRET");
  const Configured exit(odd_exit("odd_encode"),
                        "type: odd_encode\nmode: encode\ntoken: {env: TT_NO_SUCH_SECRET}\n");
  ASSERT_TRUE(exit.portal) << exit.problems();
  const Outgoing events(R"({"message":"m"})");
  const auto request = exit.portal->encode(events.all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, "hold");
}

// The proof that the wrapper in C++ has the kit's shape: the same file, compiled twice.
TEST(PluginExit, a_built_in_portal_as_a_plugin_says_the_same) {
  const auto library = load("graphite");
  ASSERT_TRUE(library.ok()) << library.error().text;
  for (const char* options :
       {"", "path: 'deploys.{{ event.project }}'\n", "value: '{{ event.n }}'\n"}) {
    for (const char* scheme : {"tcp", "udp"}) {
      const std::string yaml =
          std::string("type: graphite\naddress: ") + scheme + "://127.0.0.1:2003\n" + options;
      const Configured built_in("graphite", yaml);
      const Configured plugin(*(*library)->exits.front(), yaml);
      ASSERT_TRUE(built_in.portal && plugin.portal) << plugin.problems();
      EXPECT_EQ(built_in.portal->batches(), plugin.portal->batches());
      EXPECT_EQ(built_in.portal->target(), plugin.portal->target());
      const Outgoing events(
          R"({"message":"m","kind":"urn:gitlab:pipeline:failed","project":"a b","n":1.5,"timestamp":"2026-01-01T00:00:05.5+01:00"}
{"message":"m","project":"..","n":"x"}
{"message":"m"})");
      for (std::size_t i = 0; i < events.size(); ++i) {
        const auto a = built_in.portal->encode(events.one(i)),
                   b = plugin.portal->encode(events.one(i));
        ASSERT_EQ(a.ok(), b.ok()) << yaml << i;
        if (!a.ok()) continue;
        EXPECT_EQ(a->body, b->body);
      }
    }
  }
  EXPECT_FALSE(Configured(*(*library)->exits.front(), "type: graphite\naddress: nowhere\n").portal);
}

}  // namespace
}  // namespace tt::portals::plugin::test
