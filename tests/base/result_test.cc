// Tests of Result and Status: values, errors, context and the two macros.
// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tt {
namespace {

Result<int> half(int n) {
  if (n % 2) return reject("odd number");
  return n / 2;
}

Result<int> quarter(int n) {
  TT_TRY(const int once, half(n));
  TT_TRY(const int twice, half(once).with("second half"));
  return twice;
}

Status check_even(int n) {
  TT_CHECK(half(n).with("check"));
  return {};
}

TEST(Result, holds_a_value_or_an_error) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_FALSE(half(3));
  EXPECT_EQ(half(3).error().code, Code::kReject);
}

TEST(Result, try_unwraps_or_returns_the_error_with_its_place) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(3).error().text, "odd number");
  EXPECT_EQ(quarter(6).error().text, "second half: odd number");
}

TEST(Result, moves_values_that_cannot_be_copied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  const auto use = [&]() -> Result<int> {
    TT_TRY(const auto pointer, make());
    return *pointer;
  };
  EXPECT_EQ(*use(), 7);
}

TEST(Status, check_passes_errors_on_and_keeps_the_code) {
  EXPECT_TRUE(check_even(2).ok());
  const Status status = check_even(1).with("outer");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().text, "outer: check: odd number");
  EXPECT_EQ(status.error().code, Code::kReject);
}

TEST(Status, with_leaves_success_alone) { EXPECT_TRUE(Status().with("anywhere").ok()); }

TEST(Code, has_a_word_for_each_value) {
  EXPECT_EQ(to_string(retry("").code), "retry");
  EXPECT_EQ(to_string(reject("").code), "reject");
  EXPECT_EQ(to_string(misconfigured("").code), "misconfigured");
  EXPECT_EQ(to_string(corrupt("").code), "corrupt");
  EXPECT_EQ(to_string(stopped().code), "stopped");
}

TEST(ResultDeathTest, taking_the_value_of_an_error_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)half(3).value(), "assertion failed");
}

}  // namespace
}  // namespace tt
