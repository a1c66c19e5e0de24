// Operators at the edges of what their types hold.
// SPDX-License-Identifier: Apache-2.0
#include "cel/operators.h"

#include <gtest/gtest.h>

#include "cel/support.h"

namespace tt::cel {
namespace {

using testing::World;

std::string shown(const std::string& text) {
  World world;
  const Compiled compiled = compile(text, world.environment);
  if (!compiled.ok()) return compiled.diagnostics.front().text;
  const Value value = compiled.program->evaluate(EmptyScope());
  return value.is_error() ? std::string(value.error_text()) : display(value);
}

TEST(Operators, timestamps_may_lie_as_far_apart_as_the_longest_duration) {
  const std::string epoch = "timestamp('1970-01-01T00:00:00Z')";
  const std::string later = "timestamp('2262-04-11T23:47:16.854775807Z')";
  EXPECT_EQ(shown(later + " - " + epoch), "9223372036.854775807s");
  EXPECT_EQ(shown(epoch + " - " + later), "-9223372036.854775807s");
  // The seconds alone, -9223372037, would not fit.
  EXPECT_EQ(
      shown("(" + epoch + " - duration('250ms')) - (" + epoch + " + duration('9223372036s'))"),
      "-9223372036.25s");
  EXPECT_EQ(shown(later + " - (" + epoch + " - duration('1ns'))"), "duration out of range");
}

}  // namespace
}  // namespace tt::cel
