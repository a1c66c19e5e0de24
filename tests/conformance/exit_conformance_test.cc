// What every exit of the catalogue must do, present and future ones.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/utf8.h"
#include "config/schema.h"
#include "conformance/canary.h"
#include "portals/exit/exit_fixture.h"
#include "portals/plugin/hostile_events.h"

namespace tt::portals::test {
namespace {

class ExitConformance : public testing::TestWithParam<const ExitDescriptor*> {
 protected:
  const ExitDescriptor& type() const { return *GetParam(); }
  std::string example() const { return std::string(type().example); }
  /// The example; secrets that it takes from the environment or a file are the canary.
  std::string example_with_canaries() const {
    std::string yaml = example();
    for (const char* reference : {"{env:", "{file:"}) {
      for (std::size_t at = yaml.find(reference); at != std::string::npos;
           at = yaml.find(reference)) {
        const std::size_t end = yaml.find('}', at);
        // A URL that is a secret must still be a URL.
        const bool is_url = at >= 5 && yaml.compare(at - 5, 5, "url: ") == 0;
        std::string literal = is_url ? "https://chat.example.com/" : "";
        yaml.replace(at, end - at + 1, literal.append(kCanary));
      }
    }
    return yaml;
  }
};

std::string name_of_exit(const testing::TestParamInfo<const ExitDescriptor*>& info) {
  return std::string(info.param->name);
}

TEST_P(ExitConformance, describes_itself) {
  EXPECT_FALSE(type().name.empty());
  EXPECT_TRUE(type().summary.ends_with('.')) << type().summary;
  EXPECT_FALSE(type().security.empty());
  EXPECT_TRUE(type().example.starts_with("type: " + std::string(type().name)));
  std::ifstream readme(std::string(TT_SOURCE_DIR "/src/portals/exit/") + std::string(type().name) +
                       "/README.md");
  ASSERT_TRUE(readme.good()) << "an exit has a README.md";
  const std::string text{std::istreambuf_iterator<char>(readme), {}};
  EXPECT_NE(text.find("security:"), std::string::npos);
}

TEST_P(ExitConformance, the_example_is_right) {
  // What the example looks up is there, so that nothing is left to say.
  ::setenv("SLACK_URL", "https://hooks.slack.com/services/T0/B0/x", 1);
  for (const char* name : {"WEBHOOK_SECRET", "JENKINS_TOKEN"}) ::setenv(name, "whsec_AQID", 1);
  const Configured configured(type(), example());
  ASSERT_TRUE(configured.portal) << configured.problems();
  // Secrets and programs that it names are not here.
  for (const config::Diagnostic& found : configured.diagnostics.list())
    EXPECT_TRUE(found.code == "missing-secret" || found.text.ends_with("No such file or directory"))
        << configured.problems();
}

TEST_P(ExitConformance, options_are_documented_and_have_a_default_or_are_required) {
  for (const auto* table : {type().fields, &exit_common_fields()}) {
    const std::vector<config::DocRow> rows = config::doc_rows(*table);
    for (const config::DocRow& row : rows) {
      EXPECT_FALSE(row.meaning.empty()) << row.name;
      // A group has the defaults of its members, which are rows of their own.
      const bool is_group = std::any_of(rows.begin(), rows.end(), [&](const config::DocRow& other) {
        return other.name.starts_with(row.name + ".");
      });
      EXPECT_TRUE(row.is_required || is_group || !row.default_text.empty()) << row.name;
    }
  }
}

TEST_P(ExitConformance, no_option_has_the_name_of_a_common_one) {
  EXPECT_TRUE(config::shared_names(*type().fields, exit_common_fields()).empty());
}

TEST_P(ExitConformance, the_schema_is_json_and_closed) {
  const auto schema = parse_json(config::schema_object(*type().fields));
  ASSERT_TRUE(schema);
  EXPECT_FALSE(bool_at(*schema, "additionalProperties", true));
}

TEST_P(ExitConformance, an_unknown_option_is_an_error) {
  EXPECT_FALSE(Configured(type(), example_with_canaries() + "no_such_option: 1\n").portal);
}

TEST_P(ExitConformance, verdicts_are_total) {
  const Configured configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const ExitPortal& portal = *configured.portal;
  for (int status = 100; status <= 599; ++status) {
    for (const char* body : {"", "ok", "{", "[]", "{\"ok\":1,\"error\":{}}", "\xff\xfe"}) {
      const auto verdicts = portal.judge({.status = status, .body = body}, 3, kNow);
      ASSERT_TRUE(verdicts.size() == 1 || verdicts.size() == 3) << status;
      for (const Verdict& verdict : verdicts) {
        if (status < 200 || status >= 300) {
          EXPECT_NE(verdict.kind, VerdictKind::kDelivered) << status << body;
        }
        EXPECT_EQ(verdict.kind == VerdictKind::kDelivered, verdict.text.empty()) << status << body;
        EXPECT_TRUE(is_utf8(verdict.text)) << status;
      }
    }
  }
  EXPECT_EQ(portal.judge({.error = "timed out"}, 1, kNow).front().kind, VerdictKind::kRetry);
  EXPECT_EQ(portal.judge({.error = "x", .is_misconfigured = true}, 1, kNow).front().kind,
            VerdictKind::kMisconfigured);
}

TEST_P(ExitConformance, secrets_are_never_shown) {
  const Configured configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const ExitPortal& portal = *configured.portal;
  const Outgoing events(R"({"message":"m","severity":"error"})");
  const auto request = portal.encode(events.all());
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_EQ(masked_json(*request).find(kCanary), std::string::npos) << masked_json(*request);
  EXPECT_EQ(portal.show().find(kCanary), std::string::npos) << portal.show();
  EXPECT_EQ(portal.target().find(kCanary), std::string::npos) << portal.target();
  EXPECT_EQ(configured.problems().find(kCanary), std::string::npos) << configured.problems();
  if (request->url.empty()) return;

  TestSeams seams;
  const auto sender = portal.connect(seams.seams());
  std::vector<ExitAnswer> answers;
  const auto send = [&] {
    sender->send(*request, {.id = "7f3a-1", .now_ns = kNow},
                 [&](ExitAnswer answer) { answers.push_back(std::move(answer)); });
  };
  // A peer that repeats all it was told.
  send();
  std::string echo = seams.client.requests.at(0).url;
  for (const auto& [name, value] : seams.client.requests[0].headers) echo += "\n" + value;
  seams.client.answer_last({.status = 400, .body = echo});
  send();
  seams.client.answer_last({.error = "cannot reach " + seams.client.requests[0].url});
  ASSERT_EQ(answers.size(), 2u);
  for (const ExitAnswer& answer : answers) {
    EXPECT_EQ(answer_text(answer).find(kCanary), std::string::npos);
    EXPECT_EQ(answer.body.find(kCanary), std::string::npos);
    for (const Verdict& verdict : portal.judge(answer, 1, kNow))
      EXPECT_EQ(verdict.text.find(kCanary), std::string::npos);
  }
}

void expect_sound_request(const ExitRequest& request) {
  const std::string url = request.url.reveal();
  for (const char c : url) EXPECT_TRUE(c > 0x20 && c < 0x7f) << "URLs are visible ASCII";
  for (const auto& [name, value] : request.headers)
    EXPECT_EQ(value.reveal().find_first_of(std::string_view("\r\n\0", 3)), std::string::npos);
  EXPECT_TRUE(is_utf8(request.body));
  EXPECT_EQ(request.body.find("href=\\\"javascript:"), std::string::npos);
  EXPECT_EQ(request.body.find("<javascript:"), std::string::npos);
  for (const auto& [name, value] : request.headers)
    if (name == "Content-Type" && value.reveal().starts_with("application/json")) {
      std::string error;
      EXPECT_TRUE(parse_json(request.body, &error)) << error;
    }
}

TEST_P(ExitConformance, encode_is_total_and_deterministic_over_hostile_events) {
  const Configured configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const Outgoing events(plugin::hostile_events(kNow));
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto first = configured.portal->encode(events.one(i));
    const auto again = configured.portal->encode(events.one(i));
    ASSERT_EQ(first.ok(), again.ok());
    if (!first) {
      EXPECT_EQ(first.error().code, Code::kReject);
      continue;
    }
    EXPECT_EQ(masked_json(*first), masked_json(*again));
    EXPECT_EQ(first->url.reveal(), again->url.reveal());
    expect_sound_request(*first);
  }
  if (configured.portal->batches()) {
    const auto batch = configured.portal->encode(events.all());
    ASSERT_TRUE(batch.ok()) << batch.error().text;
    expect_sound_request(*batch);
  }
}

TEST_P(ExitConformance, a_sender_may_go_while_requests_are_in_flight) {
  const Configured configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  // The standard output of the tests is not for events.
  if (configured.portal->target() == "stdout") GTEST_SKIP() << "nothing is in flight here";
  const Outgoing events(R"({"message":"m","severity":"error"})");
  const auto request = configured.portal->encode(events.all());
  ASSERT_TRUE(request.ok()) << request.error().text;
  int answers = 0;
  std::vector<std::function<void()>> blocking;
  {
    TestSeams seams;
    ExitSeams held = seams.seams();
    held.run_blocking = [&](std::function<void()> work) { blocking.push_back(std::move(work)); };
    auto sender = configured.portal->connect(held);
    for (int i = 0; i < 3; ++i)
      sender->send(*request, {.id = "7f3a-1"}, [&](ExitAnswer) { ++answers; });
    sender.reset();
    for (const auto& work : blocking) work();
    blocking.clear();
  }
  EXPECT_EQ(answers, 3) << "every request is answered exactly once";
}

INSTANTIATE_TEST_SUITE_P(Exits, ExitConformance, testing::ValuesIn(exit_catalog()), name_of_exit);

TEST(ExitCatalog, is_sorted_and_finds_by_name) {
  std::set<std::string_view> names;
  std::string_view last;
  for (const ExitDescriptor* one : exit_catalog()) {
    EXPECT_LT(last, one->name);
    last = one->name;
    EXPECT_TRUE(names.insert(one->name).second);
    EXPECT_EQ(find_exit(one->name), one);
  }
  EXPECT_EQ(find_exit("no such exit"), nullptr);
}

}  // namespace
}  // namespace tt::portals::test
