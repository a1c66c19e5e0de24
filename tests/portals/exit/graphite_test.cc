// Tests of portals/exit/graphite: one line for each event, whatever it holds.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <re2/re2.h>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

Result<ExitRequest> graphite_request(const std::string& options, std::string_view events) {
  const Configured graphite("graphite", "address: tcp://127.0.0.1:2003\n" + options);
  EXPECT_TRUE(graphite.portal) << graphite.problems();
  return graphite.portal->encode(Outgoing(events).all());
}

TEST(Graphite, kinds_are_counted) {
  const auto request = graphite_request(
      "",
      R"({"message":"m","kind":"urn:gitlab:pipeline:failed","timestamp":"2026-01-01T00:00:05Z"})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->body, "events.gitlab.pipeline.failed 1 1767225605\n");
}

TEST(Graphite, no_value_begins_a_line_or_climbs) {
  for (const char* project : {"a b\\n.c 1 1", "../../etc", "..", "é", "", "a/b", "*{x}"}) {
    const auto request =
        graphite_request("path: 'deploys.{{ event.project }}'\n",
                         std::string(R"({"message":"m","project":")") + project + "\"}");
    if (!request.ok()) continue;
    EXPECT_TRUE(RE2::FullMatch(request->body, R"(deploys(\.[A-Za-z0-9_-]+)* 1 [0-9]+\n)"))
        << request->body;
  }
}

TEST(Graphite, numbers_are_sent_and_other_texts_refused) {
  const std::string options = "path: a\nvalue: '{{ event.n }}'\n";
  EXPECT_EQ(
      graphite_request(options, R"({"message":"m","n":12.5,"timestamp":"2026-01-01T00:00:05Z"})")
          ->body,
      "a 12.5 1767225605\n");
  for (const char* n : {R"("many")", R"("1 2\n3")", "true", R"("nan")", R"("inf")"})
    EXPECT_FALSE(graphite_request(options, std::string(R"({"message":"m","n":)") + n + "}").ok())
        << n;
}

TEST(Graphite, datagrams_hold_one_event) {
  const Configured udp("graphite", "address: udp://127.0.0.1:2003\n");
  const Configured tcp("graphite", "address: tcp://127.0.0.1:2003\n");
  EXPECT_FALSE(udp.portal->batches());
  EXPECT_TRUE(tcp.portal->batches());
}

}  // namespace
}  // namespace tt::portals::test
