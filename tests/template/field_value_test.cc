// JSON scalars and arrays of events as CEL values.
// SPDX-License-Identifier: Apache-2.0
#include "template/field_value.h"

#include <gtest/gtest.h>

namespace tt::tmpl {
namespace {

TEST(FieldValue, numbers_fit_or_become_doubles) {
  EXPECT_EQ(number_value("-9223372036854775808").as_int(), INT64_MIN);
  EXPECT_DOUBLE_EQ(number_value("-9223372036854775809").as_double(), -9223372036854775809.0);
  EXPECT_DOUBLE_EQ(number_value("1e2").as_double(), 100);
}

TEST(FieldValue, arrays_hold_scalars) {
  EXPECT_EQ(cel::to_json_text(array_value(R"([])")), "[]");
  EXPECT_EQ(cel::to_json_text(array_value(R"(["a,]","\"\\",1,-2.5,true,false,null])")),
            R"(["a,]","\"\\",1,-2.5,true,false,null])");
}

TEST(FieldValue, escapes_become_text) {
  EXPECT_EQ(unescape_json(R"(a\n\t\"\\\/\u00e4\ud83d\ude00)"), "a\n\t\"\\/ä😀");
  EXPECT_EQ(unescape_json("plain"), "plain");
}

}  // namespace
}  // namespace tt::tmpl
