// Tests of log lines as a program reads them: one JSON object a line on stderr.
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/spawner.h"
#include "base/text.h"
#include "base/units.h"

namespace tt {
namespace {

// Everything that `body` writes to stderr, a line an element.
template <class Body>
std::vector<std::string> lines_of(Body body) {
  testing::internal::CaptureStderr();
  body();
  const std::string text = testing::internal::GetCapturedStderr();
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

boost::json::object object_of(const std::string& line) {
  boost::json::error_code error;
  const auto value = boost::json::parse(line, error);
  EXPECT_FALSE(error || !value.is_object()) << line;
  return value.is_object() ? *value.if_object() : boost::json::object();
}

class LogTest : public testing::Test {
 protected:
  LogTest() { log::set_level(log::Level::kInfo); }
  ~LogTest() override { log::stop(); }
};

TEST_F(LogTest, a_line_is_one_json_object_with_typed_values) {
  const auto lines = lines_of([] {
    log::info("delivery failed", {{"exit", "team chat"}, {"attempt", 3}, {"text", "a\n\"b\xFF"}});
  });
  ASSERT_EQ(lines.size(), 1u);
  const auto line = object_of(lines[0]);
  EXPECT_EQ(*line.if_contains("message"), "delivery failed");
  EXPECT_EQ(*line.if_contains("level"), "info");
  EXPECT_EQ(*line.if_contains("exit"), "team chat");
  EXPECT_EQ(*line.if_contains("attempt"), 3);
  EXPECT_EQ(*line.if_contains("text"), "a\n\"b\xEF\xBF\xBD");
  EXPECT_TRUE(parse_time(line.if_contains("time")->if_string()->c_str()).has_value());
}

TEST_F(LogTest, numbers_that_json_lacks_become_texts) {
  const auto lines = lines_of([] {
    log::info("m", {{"ratio", std::numeric_limits<double>::quiet_NaN()}, {"half", 0.5}});
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(object_of(lines[0]).if_contains("ratio")->is_string());
  EXPECT_EQ(*object_of(lines[0]).if_contains("half"), 0.5);
}

TEST_F(LogTest, lines_below_the_level_are_not_written) {
  const auto count = [](log::Level level) {
    log::set_level(level);
    return lines_of([] {
             log::debug("1");
             log::info("2");
             log::warning("3");
             log::error("4");
           })
        .size();
  };
  EXPECT_EQ(count(log::Level::kDebug), 4u);
  EXPECT_EQ(count(log::Level::kWarning), 2u);
  EXPECT_EQ(count(log::Level::kOff), 0u);
}

TEST_F(LogTest, stop_writes_what_waits_and_later_lines_are_written_at_once) {
  const auto lines = lines_of([] {
    log::start(log::Level::kInfo);
    for (int i = 0; i < 1000; ++i) log::info("line", {{"i", i}});
    log::stop();
    log::info("after");
    log::stop();
  });
  ASSERT_EQ(lines.size(), 1001u);
  EXPECT_EQ(*object_of(lines[999]).if_contains("i"), 999);
  EXPECT_EQ(*object_of(lines[1000]).if_contains("message"), "after");
}

TEST_F(LogTest, threads_may_log_while_the_writer_stops) {
  const auto lines = lines_of([] {
    log::start(log::Level::kInfo);
    std::vector<std::unique_ptr<Thread>> threads;
    for (int t = 0; t < 4; ++t) {
      threads.push_back(system_spawner().spawn("logger", [] {
        for (int i = 0; i < 100; ++i) log::info("line");
      }));
    }
    log::stop();
  });
  EXPECT_EQ(lines.size(), 400u);
  for (const auto& line : lines) object_of(line);
}

}  // namespace
}  // namespace tt
