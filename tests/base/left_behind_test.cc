// What is left behind stays as it is for the thread that still uses it.
// SPDX-License-Identifier: Apache-2.0
#include "base/left_behind.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

struct Counted {
  explicit Counted(int& ends) : ends(ends) {}
  ~Counted() { ++ends; }
  int& ends;
};

TEST(LeftBehind, is_not_destroyed) {
  static int ends = 0;
  auto counted = std::make_unique<Counted>(ends);
  Counted* const seen = counted.get();
  leave_behind(std::move(counted));
  EXPECT_EQ(seen->ends, 0);
}

}  // namespace
}  // namespace tt
