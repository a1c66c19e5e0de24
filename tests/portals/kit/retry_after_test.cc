// Tests of portals/kit/retry_after.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/retry_after.h"

#include <gtest/gtest.h>

#include "portals/kit/exit.h"
#include "portals/kit/moments.h"

namespace tt::portals {
namespace {

struct RetryAfterRow {
  const char* value;
  std::optional<std::int64_t> seconds;
};
const RetryAfterRow kRetryAfterRows[] = {
    {"", std::nullopt},
    {"0", 0},
    {"120", 120},
    {" 7 ", 7},
    {"3600", 3600},
    {"3601", 3600},
    {"99999999999999999999999999", 3600},
    {"-1", std::nullopt},
    {"1.5", std::nullopt},
    {"soon", std::nullopt},
    {"Wed, 21 Oct 2015 07:28:30 GMT", 30},
    {"Wed, 21 Oct 2015 07:27:00 GMT", 0},
    {"Thu, 22 Oct 2015 07:28:00 GMT", 3600},
    {"Wed, 99 Oct 2015 07:28:00 GMT", std::nullopt},
};

TEST(RetryAfter, is_seconds_or_a_date_and_never_over_an_hour) {
  for (const auto& row : kRetryAfterRows) {
    const auto pause = parse_retry_after(row.value, kAnswered);
    ASSERT_EQ(pause.has_value(), row.seconds.has_value()) << row.value;
    EXPECT_EQ(pause.value_or(-1), row.seconds ? *row.seconds * kNsPerSec : -1) << row.value;
  }
}

struct PauseRow {
  const char* story;
  ExitAnswer answer;
  std::optional<double> seconds;
};
const PauseRow kPauseRows[] = {
    {"nothing said", {.status = 429}, std::nullopt},
    {"the standard", {.status = 503, .headers = {{"Retry-After", "9"}}}, 9},
    {"a date", {.status = 503, .headers = {{"Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT"}}}, 30},
    {"under its old name", {.status = 503, .headers = {{"X-Retry-After", "9"}}}, 9},
    {"the end of a window as Unix time",
     {.status = 429, .headers = {{"X-RateLimit-Reset", "1445412500"}}},
     20},
    {"in milliseconds", {.status = 429, .headers = {{"X-Rate-Limit-Reset", "1445412500000"}}}, 20},
    {"in seconds from now", {.status = 429, .headers = {{"RateLimit-Reset", "20"}}}, 20},
    {"a window that is over", {.status = 429, .headers = {{"RateLimit-Reset", "1445412000"}}}, 0},
    {"with something left in it",
     {.status = 429, .headers = {{"X-RateLimit-Remaining", "3"}, {"X-RateLimit-Reset", "20"}}},
     std::nullopt},
    {"of two windows the one that is used up",
     {.status = 429,
      .headers = {{"X-RateLimit-Remaining", "3"},
                  {"X-RateLimit-Reset", "20"},
                  {"X-FloodControl-Remaining", "0"},
                  {"X-FloodControl-Reset", "1445412510"}}},
     30},
    {"a window says nothing when the service is down",
     {.status = 503, .headers = {{"X-RateLimit-Reset", "20"}}},
     std::nullopt},
    {"fractions of Discord",
     {.status = 429,
      .headers = {{"X-RateLimit-Reset", "1445412999"}, {"X-RateLimit-Reset-After", "0.5"}}},
     0.5},
    {"the body of Discord",
     {.status = 429, .body = R"({"message":"slow","retry_after":1.25,"global":false})"},
     1.25},
    {"the body of Telegram",
     {.status = 429, .body = R"({"ok":false,"error_code":429,"parameters":{"retry_after":35}})"},
     35},
    {"the body of Matrix",
     {.status = 429, .body = R"({"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500})"},
     2.5},
    {"the longest counts",
     {.status = 429, .headers = {{"Retry-After", "1"}}, .body = R"({"retry_after":7})"},
     7},
    {"never over an hour", {.status = 429, .body = R"({"retry_after":1e300})"}, 3600},
    {"nor below nothing", {.status = 429, .body = R"({"retry_after":-5})"}, 0},
    {"no number", {.status = 429, .body = R"({"retry_after":"soon"})"}, std::nullopt},
    {"not JSON", {.status = 429, .body = "{retry_after: 5}"}, std::nullopt},
    {"no limit was named", {.status = 500, .body = R"({"retry_after":5})"}, std::nullopt},
};

TEST(RetryAfter, services_say_it_in_their_own_ways) {
  for (const PauseRow& row : kPauseRows) {
    const auto pause = asked_pause_ns(row.answer, kAnswered);
    ASSERT_EQ(pause.has_value(), row.seconds.has_value()) << row.story;
    if (!pause) continue;
    EXPECT_NEAR(static_cast<double>(*pause) * 1e-9, *row.seconds, 1e-6) << row.story;
  }
}

}  // namespace
}  // namespace tt::portals
