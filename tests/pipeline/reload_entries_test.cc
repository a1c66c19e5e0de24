// Reload: entries and their addresses come and go with the file.
// SPDX-License-Identifier: Apache-2.0
#include "net/raw_client.h"
#include "pipeline/reload_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReloadTest;

TEST_F(ReloadTest, entries_come_and_go_with_the_file) {
  start("entries:\n  a: {type: http, path: /a}\n");
  const std::string event = R"({"message":"x"})";
  EXPECT_EQ(post("/a", event).status, 202);
  EXPECT_EQ(post("/b", event).status, 404);
  ASSERT_TRUE(reload("entries:\n  b: {type: http, path: /b}\n").ok);
  EXPECT_EQ(post("/a", event).status, 404);
  EXPECT_EQ(post("/b", event).status, 202);
  EXPECT_EQ(entry("b").accepted, 1u);
}

TEST_F(ReloadTest, a_stream_entry_gets_a_second_address_and_the_first_stays_open) {
  const std::string one = "unix:" + folder_ / "one.sock", two = "unix:" + folder_ / "two.sock";
  const auto address = [](const std::string& text) { return *net::parse_listen(text); };
  const auto lines = [](const std::string& listen) {
    return "entries:\n  lines: {type: lines, listen: [" + listen + "]}\n";
  };
  start(lines("'" + one + "'"));
  net::testing::RawClient early(address(one));
  ASSERT_TRUE(early.send("{\"message\":\"early\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 1; }));

  const ReloadReport report = reload(lines("'" + one + "', '" + two + "'"));
  ASSERT_TRUE(report.ok) << report.diagnostics_text;
  net::testing::RawClient late(address(two)), again(address(one));
  ASSERT_TRUE(early.send("{\"message\":\"a connection outlives it\"}\n"));
  ASSERT_TRUE(late.send("{\"message\":\"late\"}\n"));
  ASSERT_TRUE(again.send("{\"message\":\"again\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 4; }));
  EXPECT_THAT(entry("lines").listen, ElementsAre(one, two));

  ASSERT_TRUE(reload(lines("'" + two + "'")).ok);
  EXPECT_TRUE(early.is_closed_by_peer());
  EXPECT_THROW(net::testing::RawClient{address(one)}, std::runtime_error);
  ASSERT_TRUE(late.send("{\"message\":\"still\"}\n"));
  ASSERT_TRUE(eventually([&] { return entry("lines").accepted == 5; }));
}

TEST_F(ReloadTest, an_address_that_is_taken_refuses_the_reload) {
  start("entries:\n  a: {type: http, path: /a}\n");
  const std::string taken = other_.url("").substr(std::string("http://").size());
  const ReloadReport report =
      reload("entries:\n  lines: {type: lines, listen: 'tcp://" + taken + "'}\n");
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.diagnostics_text, HasSubstr(taken));
  EXPECT_THAT(report.diagnostics_text, HasSubstr("`listen` of the entry `lines`"));
  EXPECT_EQ(post("/a", R"({"message":"x"})").status, 202);
}

}  // namespace
}  // namespace tt::pipeline
