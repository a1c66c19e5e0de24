// Reports: what build servers and programs read, whatever the events held.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "portals/kit/json.h"

namespace tt::rehearse {
namespace {

std::vector<SuiteResult> results() {
  TestResult good{.name = "a \"good\" one", .mark = {0, 3, 5, 1}, .differences = {}, .why = {}};
  TestResult bad{.name = "<bad> & ugly",
                 .mark = {0, 9, 5, 1},
                 .differences = {{.path = "event.message",
                                  .expected = "\"a\"",
                                  .found = "\x1b[31m\x01 ]]> \"b\"",
                                  .mark = {0, 12, 5, 1}}},
                 .why = "rule: no match\n"};
  return {{.path = "a.yaml", .problem = {}, .warnings = {}, .tests = {good, bad}},
          {.path = "b.yaml", .problem = "b.yaml:1:1: error: <tag>\n", .warnings = {}, .tests = {}}};
}

TEST(Report, junit_counts_refused_files_as_errors) {
  const std::string xml = junit_report(results());
  EXPECT_NE(xml.find(R"(<testsuites name="vortex test" tests="3" failures="1" errors="1">)"),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find(R"(<testcase name="a &quot;good&quot; one" classname="a.yaml" )"
                     R"(file="a.yaml" line="3"/>)"),
            std::string::npos)
      << xml;
}

TEST(Report, junit_holds_nothing_that_xml_cannot_say) {
  const std::string xml = junit_report(results());
  EXPECT_EQ(xml.find('\x1b'), std::string::npos);
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  EXPECT_NE(xml.find("&lt;bad&gt; &amp; ugly"), std::string::npos);
}

TEST(Report, the_message_of_a_junit_failure_says_what_was_expected_and_what_came) {
  auto suites = results();
  auto& differences = suites[0].tests[1].differences;
  differences = {{.path = "exits", .expected = "chat", .found = "", .mark = {}},
                 {.path = "exits", .expected = "", .found = "pager", .mark = {}}};
  EXPECT_NE(junit_report(suites).find("<failure message=\"exits: expected chat (and 1 more)\">"),
            std::string::npos);
  differences.erase(differences.begin());
  EXPECT_NE(junit_report(suites).find("<failure message=\"exits: found pager\">"),
            std::string::npos);
  differences = {{.path = "event.n", .expected = "1", .found = "2", .mark = {}}};
  EXPECT_NE(junit_report(suites).find("message=\"event.n: expected 1, found 2\""),
            std::string::npos);
  EXPECT_NE(junit_report(suites).find("<error message=\"b.yaml:1:1: error: &lt;tag&gt;\">"),
            std::string::npos);
}

TEST(Report, json_says_where_and_what) {
  const auto json = portals::parse_json(json_report(results()));
  ASSERT_TRUE(json);
  EXPECT_EQ(portals::int_at(*json, "tests"), 2);
  EXPECT_EQ(portals::int_at(*json, "failed"), 1);
  EXPECT_EQ(portals::int_at(*json, "refused_files"), 1);
  EXPECT_TRUE(portals::bool_at(*json, "files.0.tests.0.passed"));
  EXPECT_EQ(portals::text_at(*json, "files.0.tests.1.differences.0.path"), "event.message");
  EXPECT_EQ(portals::int_at(*json, "files.0.tests.1.differences.0.line"), 12);
}

TEST(Report, text_is_safe_for_a_terminal_and_coloured_only_on_request) {
  const std::string plain = text_report(results()[0], false);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos) << plain;
  EXPECT_NE(text_report(results()[0], true).find("\x1b[1;31mFAIL"), std::string::npos);
}

TEST(Report, the_summary_counts) {
  EXPECT_EQ(summary(totals_of(results())), "2 tests, 1 passed, 1 failed, 1 file refused");
}

}  // namespace
}  // namespace tt::rehearse
