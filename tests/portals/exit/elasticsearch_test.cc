// Documents of Elasticsearch: what is written, and what an answer says of each of them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "portals/exit/elasticsearch/bulk_answer.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

constexpr const char* kPlainElastic = "url: https://e.example.com";
constexpr const char* kChosen = "{url: https://e.example.com, index: '{{ event.project }}'}";

std::vector<Verdict> bulk_verdicts(const char* yaml, std::string body, std::size_t count,
                                   net::Headers headers = {}) {
  const Configured elastic("elasticsearch", yaml);
  if (!elastic.portal) {
    ADD_FAILURE() << elastic.problems();
    return {};
  }
  return elastic.portal->judge(
      {.status = 200, .headers = std::move(headers), .body = std::move(body)}, count, kNow);
}

/// An answer with these statuses, as the cluster writes it with our filter.
std::string answer(std::initializer_list<int> statuses) {
  std::string items;
  for (const int status : statuses) {
    if (!items.empty()) items += ',';
    items += R"({"create":{"status":)" + std::to_string(status);
    if (status >= 300)
      items +=
          R"(,"error":{"type":"some_exception","reason":"because","caused_by":{"reason":"of that"}})";
    items += "}}";
  }
  return R"({"errors":true,"items":[)" + items + "]}";
}

std::vector<VerdictKind> kinds(const std::vector<Verdict>& verdicts) {
  std::vector<VerdictKind> all;
  for (const Verdict& verdict : verdicts) all.push_back(verdict.kind);
  return all;
}

constexpr VerdictKind kDelivered = VerdictKind::kDelivered, kRetry = VerdictKind::kRetry,
                      kRejected = VerdictKind::kRejected,
                      kMisconfigured = VerdictKind::kMisconfigured;

TEST(Elasticsearch, each_document_has_its_own_fate) {
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, answer({201, 409, 429, 503, 400, 200}), 6)),
            (std::vector{kDelivered, kDelivered, kRetry, kRetry, kRejected, kDelivered}));
}

TEST(Elasticsearch, the_reason_is_told_and_cut) {
  const auto verdicts = bulk_verdicts(kPlainElastic, answer({201, 400}), 2);
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(verdicts[1].text, "HTTP 400 some_exception: because: of that");
  const std::string long_one = R"({"errors":true,"items":[{"create":{"status":400,"error":)" +
                               json_string(std::string(5'000, 'x') + "\n") + "}}]}";
  EXPECT_LT(bulk_verdicts(kPlainElastic, long_one, 1).front().text.size(), 400u);
}

TEST(Elasticsearch,
     one_fate_for_all_keeps_the_batch_together_but_dead_letters_are_told_one_by_one) {
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, answer({201, 409, 200}), 3)),
            std::vector{kDelivered});
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, answer({429, 503, 429}), 3)), std::vector{kRetry});
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, answer({400, 400}), 2)),
            (std::vector{kRejected, kRejected}));
}

TEST(Elasticsearch, a_missing_index_is_of_the_setup_unless_the_event_chose_it) {
  for (const int status : {401, 403, 404}) {
    EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, answer({status, 201}), 2)),
              (std::vector{kMisconfigured, kDelivered}))
        << status;
    EXPECT_EQ(kinds(bulk_verdicts(kChosen, answer({status, 201}), 2)),
              (std::vector{kRejected, kDelivered}))
        << status;
  }
}

TEST(Elasticsearch, a_missing_pipeline_is_of_the_setup) {
  const std::string body =
      R"({"errors":true,"items":[{"create":{"status":400,"error":{"type":"illegal_argument_exception",)"
      R"("reason":"pipeline with id [clean] does not exist"}}}]})";
  EXPECT_EQ(kinds(bulk_verdicts("{url: https://e.example.com, pipeline: clean}", body, 1)),
            std::vector{kMisconfigured});
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, body, 1)), std::vector{kRejected})
      << "one that the index names";
}

TEST(Elasticsearch, a_refused_item_waits_as_long_as_it_is_asked_to) {
  const auto verdicts = bulk_verdicts(kPlainElastic, answer({429, 201}), 2, {{"Retry-After", "9"}});
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(verdicts[0].retry_after_ns, 9 * kNsPerSec);
  EXPECT_EQ(verdicts[1].retry_after_ns, std::nullopt);
}

TEST(Elasticsearch, an_answer_that_says_nothing_of_the_documents_is_tried_again) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "no JSON"},
      {"<html>log in</html>", "no JSON"},
      {R"({"errors":false,"items":[{"create":{"status":201}})", "no JSON"},
      {"[]", "no list of items"},
      {R"({"acknowledged":true})", "no list of items"},
      {R"({"errors":false,"items":{}})", "no list of items"},
      {R"({"errors":false,"items":[]})", "about 0 documents, and 2 were sent"},
      {R"({"errors":false,"items":[{"create":{"status":201}}]})", "about 1 documents"},
  };
  for (const auto& [body, said] : rows) {
    const auto verdicts = bulk_verdicts(kPlainElastic, body, 2);
    ASSERT_EQ(verdicts.size(), 1u) << body;
    EXPECT_EQ(verdicts[0].kind, kRetry) << body;
    EXPECT_NE(verdicts[0].text.find(said), std::string::npos) << verdicts[0].text;
  }
  EXPECT_EQ(bulk_verdicts(kPlainElastic, answer({201, 201, 201}), 2).front().kind, kRetry);
}

TEST(Elasticsearch, an_item_without_a_status_is_tried_again_alone) {
  for (const char* item : {"null", "1", "{}", R"({"create":null})", R"({"create":{"status":"x"}})",
                           R"({"create":{"status":7}})", R"({"a":{"status":201},"b":{}})"}) {
    const auto verdicts = bulk_verdicts(
        kPlainElastic,
        std::string(R"({"errors":true,"items":[{"create":{"status":201}},)") + item + "]}", 2);
    EXPECT_EQ(kinds(verdicts), (std::vector{kDelivered, kRetry})) << item;
  }
}

TEST(Elasticsearch, of_an_answer_that_is_too_long_the_items_that_were_read_count) {
  std::string body = R"({"took":30,"errors":true,"items":[)";
  std::size_t whole = 0;
  const std::string item =
      R"({"create":{"status":400,"error":{"type":"t","reason":"a \"}}\" and ]} in it"}}},)";
  while (body.size() + item.size() <= exit::elasticsearch::kAnswerBytesMax) {
    body += item;
    ++whole;
  }
  body += item;
  body.resize(exit::elasticsearch::kAnswerBytesMax);
  const auto verdicts = bulk_verdicts(kPlainElastic, body, whole + 10);
  ASSERT_EQ(verdicts.size(), whole + 10);
  EXPECT_EQ(verdicts[0].kind, kRejected);
  EXPECT_EQ(verdicts[whole - 1].kind, kRejected);
  EXPECT_EQ(verdicts[whole].kind, kRetry);
  EXPECT_EQ(verdicts.back().kind, kRetry);
}

TEST(Elasticsearch, a_long_answer_without_errors_is_a_success) {
  std::string body = R"({"errors":false,"items":[)";
  while (body.size() < exit::elasticsearch::kAnswerBytesMax)
    body += R"({"create":{"status":201}},)";
  body.resize(exit::elasticsearch::kAnswerBytesMax);
  EXPECT_EQ(kinds(bulk_verdicts(kPlainElastic, body, 9'000)), std::vector{kDelivered});
}

TEST(Elasticsearch, the_whole_request_may_be_refused) {
  const Configured elastic("elasticsearch", kPlainElastic);
  ASSERT_TRUE(elastic.portal) << elastic.problems();
  const std::pair<int, VerdictKind> rows[] = {
      {400, kRejected}, {401, kMisconfigured}, {403, kMisconfigured}, {404, kMisconfigured},
      {413, kRejected}, {429, kRetry},         {500, kRetry},         {503, kRetry}};
  for (const auto& [status, kind] : rows) {
    const auto verdicts =
        elastic.portal->judge({.status = status, .body = answer({201, 201})}, 2, kNow);
    EXPECT_EQ(kinds(verdicts), std::vector{kind}) << status;
  }
}

std::vector<std::string> lines_of(std::string_view yaml, std::string_view ndjson) {
  const Configured elastic("elasticsearch", yaml);
  if (!elastic.portal) {
    ADD_FAILURE() << elastic.problems();
    return {};
  }
  const auto request = elastic.portal->encode(Outgoing(ndjson).all());
  if (!request.ok()) {
    ADD_FAILURE() << request.error().text;
    return {};
  }
  EXPECT_TRUE(request->body.ends_with('\n'));
  std::vector<std::string> lines;
  for (const std::string_view line :
       split(std::string_view(request->body).substr(0, request->body.size() - 1), '\n'))
    lines.emplace_back(line);
  return lines;
}

TEST(Elasticsearch, a_document_is_the_event_under_its_id_with_a_time_that_every_index_reads) {
  const auto lines = lines_of(kPlainElastic, R"(
{"message":"m","timestamp":"2026-01-31 13:00:00+01:00","n":1.50}
{"timestamp":"2026-01-31T12:00:00.5Z","message":"line\nbreak"}
{"message":"m","timestamp":"2026-01-31T12:00:00Z","@timestamp":"2020-01-01T00:00:00Z"}
)");
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], R"({"create":{"_id":"7f3a-1"}})");
  EXPECT_EQ(
      lines[1],
      R"({"@timestamp":"2026-01-31T12:00:00Z","message":"m","timestamp":"2026-01-31T12:00:00Z","n":1.50,"kind":"unknown"})");
  EXPECT_EQ(lines[2], R"({"create":{"_id":"7f3a-2"}})");
  EXPECT_TRUE(lines[3].starts_with(R"({"@timestamp":"2026-01-31T12:00:00.500Z","timestamp":)"))
      << lines[3];
  EXPECT_EQ(lines[5].find("@timestamp"), lines[5].rfind("@timestamp")) << "one, the sender's own";
}

TEST(Elasticsearch, an_index_that_the_event_chooses_stands_beside_the_document) {
  const auto lines = lines_of("{url: https://e.example.com, index: 'Events-{{ event.project }}'}",
                              R"({"message":"m","project":"WEB"})");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], R"({"create":{"_index":"events-web","_id":"7f3a-1"}})");
}

TEST(Elasticsearch, an_index_that_cannot_be_is_a_dead_letter_of_that_event) {
  const Configured elastic("elasticsearch", kChosen);
  ASSERT_TRUE(elastic.portal) << elastic.problems();
  for (const std::string& name :
       {std::string(""), std::string("."), std::string(".."), std::string("_all"),
        std::string("-x"), std::string("a,b"), std::string("a*"), std::string("a b"),
        std::string("a/b"), std::string("<x-{now}>"), std::string("a\nb"), std::string("x:y"),
        std::string(256, 'x')}) {
    const Outgoing events("{\"message\":\"m\",\"project\":" + json_string(name) + "}");
    const auto request = elastic.portal->encode(events.all());
    ASSERT_FALSE(request.ok()) << name;
    EXPECT_TRUE(request.error().text.starts_with("template")) << request.error().text;
  }
}

TEST(Elasticsearch, a_document_of_ones_own_gets_a_time_unless_it_brings_one) {
  EXPECT_EQ(lines_of("{url: https://e.example.com, document: {m: '{{ event.message }}'}}",
                     R"({"message":"m","timestamp":"2026-01-31T12:00:00Z"})")
                .back(),
            R"({"@timestamp":"2026-01-31T12:00:00Z","m":"m"})");
  EXPECT_EQ(lines_of("{url: https://e.example.com, document: {'@timestamp': '2026'}}",
                     R"({"message":"m"})")
                .back(),
            R"({"@timestamp":"2026"})");
  EXPECT_EQ(lines_of("{url: https://e.example.com, document: {}}",
                     R"({"message":"m","timestamp":"2026-01-31T12:00:00Z"})")
                .back(),
            R"({"@timestamp":"2026-01-31T12:00:00Z"})");
}

TEST(Elasticsearch, options_that_cannot_be_meant_are_told) {
  const std::pair<const char*, const char*> wrong[] = {
      {"url: https://e.example.com/events/_bulk", "without /_bulk"},
      {"{url: https://e.example.com, index: Events}", "is no name of an index"},
      {"{url: https://e.example.com, index: _all}", "is no name of an index"},
      {"{url: https://e.example.com, index: ''}", "is no name of an index"},
      {"{url: https://e.example.com, document: [a]}", "`document` is a map"},
      {"{url: https://e.example.com, document: '{{ event.message }}'}", "`document` is a map"},
  };
  for (const auto& [yaml, problem] : wrong) {
    const Configured elastic("elasticsearch", yaml);
    EXPECT_FALSE(elastic.portal) << yaml;
    EXPECT_NE(elastic.problems().find(problem), std::string::npos) << yaml << "\n"
                                                                   << elastic.problems();
  }
}

TEST(Elasticsearch, a_bulk_has_the_shape_of_elastics_own_client) {
  const Json capture = shared_json("11-captures/open/elastic-bulk.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  const Configured elastic("elasticsearch", kPlainElastic);
  ASSERT_TRUE(elastic.portal) << elastic.problems();
  const auto request =
      elastic.portal->encode(Outgoing("{\"message\":\"m\"}\n{\"message\":\"n\"}").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, text_at(*capture, "wire.0.method"));
  const std::string url = request->url.reveal();
  EXPECT_TRUE(url.substr(0, url.find('?')).ends_with(text_at(*capture, "wire.0.target"))) << url;
  const std::string_view theirs = text_at(*capture, "wire.0.body.text");
  EXPECT_EQ(split(request->body, '\n').size(), split(theirs, '\n').size());
  EXPECT_TRUE(request->body.ends_with('\n') && theirs.ends_with('\n'));
  // Of theirs the second action is the one that we send, the first has an id of its own as ours.
  const auto ours_of = [&](std::size_t i) { return parse_json(split(request->body, '\n')[i]); };
  const auto theirs_of = [&](std::size_t i) { return parse_json(split(theirs, '\n')[i]); };
  expect_alike(*ours_of(0), *theirs_of(2), {"create"});
  EXPECT_TRUE(find_at(*ours_of(0), "create._id"));
  EXPECT_TRUE(find_at(*theirs_of(0), "index._id"));
  expect_alike(*ours_of(1), *theirs_of(1), {"@timestamp"});
}

}  // namespace
}  // namespace tt::portals::test
