// Requests to InfluxDB: where they go, and what the answers mean.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/influxdb_points.h"

namespace tt::portals::test {
namespace {

TEST(Influxdb, the_request_is_that_of_influxdbs_own_client) {
  const auto capture = shared_json("11-captures/open/influxdb-client-write.json");
  if (!capture) GTEST_SKIP() << "no shared captures here";
  ::setenv("TT_TEST_INFLUXDB_TOKEN", "tok", 1);
  const Configured influxdb("influxdb",
                            "{url: 'http://127.0.0.1:19080/', org: org, bucket: bucket, "
                            "token: {env: TT_TEST_INFLUXDB_TOKEN}}");
  ASSERT_TRUE(influxdb.portal) << influxdb.problems();
  const auto request = influxdb.portal->encode(Outgoing(R"({"message":"m"})").all());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.reveal(),
            "http://127.0.0.1:19080" + std::string(text_at(*capture, "wire.0.target")));
  std::map<std::string, std::string> theirs;
  for (const boost::json::value& field : *list_at(*capture, "wire.0.headers"))
    theirs[to_lower(text_at(field, "0"))] = text_at(field, "1");
  for (const auto& [name, value] : request->headers)
    EXPECT_EQ(value.reveal(), theirs[to_lower(name)]) << name;
}

TEST(Influxdb, answers) {
  struct Row {
    int status;
    const char* body;
    VerdictKind kind;
  };
  const Row rows[] = {
      {204, "", VerdictKind::kDelivered},
      {200, "", VerdictKind::kDelivered},
      {200, R"({"error":"timeout"})", VerdictKind::kRejected},
      {200, "<html>log in</html>", VerdictKind::kMisconfigured},
      {400, R"({"code":"invalid","message":"unable to parse 'x': missing fields","line":2})",
       VerdictKind::kRejected},
      {400, R"({"error":"partial write: points beyond retention policy dropped=1"})",
       VerdictKind::kRejected},
      {400, R"({"code":"invalid","message":"Please provide either orgID or org"})",
       VerdictKind::kMisconfigured},
      {401, R"({"code":"unauthorized"})", VerdictKind::kMisconfigured},
      {404, R"({"error":"database not found: \"events\""})", VerdictKind::kMisconfigured},
      {413, R"({"code":"request too large"})", VerdictKind::kRejected},
      {422, R"({"message":"partial write: field type conflict"})", VerdictKind::kRejected},
      {429, "", VerdictKind::kRetry},
      {500, R"({"error":"timeout"})", VerdictKind::kRetry},
      {500, R"({"error":"retention policy not found: 2w"})", VerdictKind::kMisconfigured},
      {503, "", VerdictKind::kRetry},
  };
  for (const char* yaml : {kInfluxV2, "{url: https://i.example.com, database: d}"}) {
    const Configured influxdb("influxdb", yaml);
    ASSERT_TRUE(influxdb.portal) << influxdb.problems();
    for (const Row& row : rows) {
      const auto verdicts =
          influxdb.portal->judge({.status = row.status, .body = row.body}, 9, kNow);
      ASSERT_EQ(verdicts.size(), 1u) << "one for the batch: a refused one is halved";
      EXPECT_EQ(verdicts[0].kind, row.kind) << row.status << " " << row.body;
    }
  }
}

TEST(Influxdb, the_pause_and_the_bad_line_are_told) {
  const Configured influxdb("influxdb", kInfluxV2);
  ASSERT_TRUE(influxdb.portal) << influxdb.problems();
  const auto judge = [&](const ExitAnswer& answer) {
    return influxdb.portal->judge(answer, 9, kNow).front();
  };
  EXPECT_EQ(judge({.status = 429, .headers = {{"Retry-After", "13"}}}).retry_after_ns,
            13 * kNsPerSec);
  EXPECT_EQ(judge({.status = 503, .headers = {{"Retry-After", "7"}}}).retry_after_ns,
            7 * kNsPerSec);
  EXPECT_EQ(judge({.status = 400, .body = "unable to parse 'x': missing fields"}).text,
            "HTTP 400 Bad Request: unable to parse 'x': missing fields");
}

TEST(Influxdb, the_api_follows_from_what_is_given_and_contradictions_are_told) {
  const auto url = [](std::string_view yaml) {
    const Configured influxdb("influxdb", yaml);
    if (!influxdb.portal) return influxdb.problems();
    return influxdb.portal->encode(Outgoing(R"({"message":"m"})").all())->url.masked();
  };
  EXPECT_EQ(url("{url: https://i, bucket: b}"), "https://i/api/v2/write?bucket=b&precision=ns");
  EXPECT_EQ(url("{url: https://i, database: d}"), "https://i/write?db=d&precision=ns");
  EXPECT_EQ(url("{url: https://i, version: v1, database: d, retention_policy: 2w}"),
            "https://i/write?db=d&rp=2w&precision=ns");
  const std::pair<const char*, const char*> wrong[] = {
      {"{url: https://i}", "`bucket` is missing"},
      {"{url: https://i, version: v1}", "`database` is missing"},
      {"{url: https://i, version: v2, database: d}", "`bucket` is missing"},
      {"{url: https://i, bucket: b, database: d}", "exclude each other"},
      {"{url: https://i, database: d, org: o}", "`org` belongs to"},
      {"{url: https://i, bucket: b, retention_policy: r}", "`retention_policy` belongs to"},
      {"{url: https://i/api/v2/write, bucket: b}", "without /write"},
      {"{url: https://i, bucket: b, tags: {time: x}}", "keeps for itself"},
      {"{url: https://i, bucket: b, fields: {_field: x}}", "keeps for itself"},
      {"{url: https://i, bucket: b, fields: {host: x}}", "is a tag already"},
      {"{url: https://i, bucket: b, tags: {x: y}, fields: {x: z}}", "is a tag already"},
      {"{url: https://i, bucket: b, tags: {'a\\': x}}", "ends in a backslash"},
  };
  for (const auto& [yaml, problem] : wrong)
    EXPECT_NE(url(yaml).find(problem), std::string::npos) << yaml << "\n" << url(yaml);
}

}  // namespace
}  // namespace tt::portals::test
