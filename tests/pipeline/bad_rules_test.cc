// Bad input to rules: a bad rule changes nothing, a bad event or a failing hole stops nothing.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::HasSubstr;
using testing::Target;
using testing::webhook;

class BadRulesTest : public testing::DaemonTest {
 protected:
  void start_with(const std::string& rules) {
    start("exits:\n" + webhook("hook", target_, "") + rules);
  }
  ReloadReport reload_with(const std::string& rules) {
    return reload("exits:\n" + webhook("hook", target_, "") + rules);
  }
  bool is_settled() { return exit("hook").behind == 0; }

  Target target_;
};

TEST_F(BadRulesTest, every_kind_of_bad_rule_is_refused_at_its_place_and_nothing_is_applied) {
  const std::string good = "rules:\n  - {to: hook}\n";
  start_with(good);
  const std::string deep(300, '('), close(300, ')');
  const std::pair<std::string, const char*> kBad[] = {
      {"rules:\n  - {to: hook, when: 'event.kind == 3'}\n", "[cel-type]"},
      {"rules:\n  - {to: hook, when: 'frobnicate(event.kind)'}\n", "[cel-unknown]"},
      {"rules:\n  - {to: hook, when: '" + deep + "true" + close + "'}\n", "[cel-limit]"},
      {"rules:\n  - {to: hook, when: 'event.message.matches(\"((a{1000}){1000})\")'}\n",
       "[cel-argument]"},
      {"let: {a: b, b: c, c: a}\nrules:\n  - {to: hook, when: a}\n", "[let-cycle]"},
      {"  other: {type: webhook, url: 'https://{{ event.host }}/x'}\n" + good, "[url-hole]"},
      {"rules:\n  - {to: hook, set: {x: '{{ event.kind == }}'}}\n", "[cel-syntax]"},
  };
  for (const auto& [rules, code] : kBad) {
    const ReloadReport report = reload_with(rules);
    EXPECT_FALSE(report.ok) << rules;
    EXPECT_THAT(report.diagnostics_text, HasSubstr(code));
  }
  say("still routed by the first rules");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(target_.count(), 1u);
}

TEST_F(BadRulesTest, a_field_of_an_unexpected_type_is_no_match_and_is_counted) {
  start_with(
      "rules:\n  - {when: 'event.load > 5 && event.tags.exists(t, t == \"x\")', to: hook}\n");
  append("test", R"({"message":"a text","load":"high","tags":["x"]})");
  append("test", R"({"message":"no list","load":9,"tags":7})");
  append("test", R"({"message":"right","load":9,"tags":["x"]})");
  append("test", R"({"message":"too little","load":1,"tags":["x"]})");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(target_.messages(), ::testing::ElementsAre("right"));
  EXPECT_THAT(metrics_->render(), HasSubstr("tt_rule_errors_total 2"));
}

TEST_F(BadRulesTest, a_hole_that_fails_is_empty_or_null_and_the_page_still_goes_out) {
  start_with(
      "rules:\n  - to: hook\n    set: {note: 'at {{ event.shift }}.', whole: '{{ event.shift }}', "
      "message: '{{ event.shift }}'}\n");
  append("test", R"({"message":"disk full"})");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  ASSERT_EQ(target_.count(), 1u);
  const std::string body = target_.received().front().body;
  EXPECT_THAT(body, HasSubstr(R"("note":"at .")"));
  EXPECT_THAT(body, HasSubstr(R"("whole":null)"));
  EXPECT_EQ(testing::message_of(body), "disk full") << "a message is never empty";
  EXPECT_TRUE(letters("hook").empty());
  EXPECT_THAT(metrics_->render(),
              ::testing::Not(HasSubstr("tt_exit_template_errors_total{exit=\"hook\"} 0")));
}

}  // namespace
}  // namespace tt::pipeline
