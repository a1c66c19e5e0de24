// Tests of pipeline/places: what is found, and what is said where it is not.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/places.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"

namespace tt::pipeline {
namespace {

TEST(Places, of_portals_and_their_options) {
  config::Files files;
  config::Diagnostics diagnostics;
  const int file = files.add("test.yaml", "exits:\n  chat:\n    type: file\n    path: /a\n");
  const auto root = config::read_yaml(files, file, diagnostics);
  ASSERT_TRUE(root);
  EXPECT_EQ(place_of(*root, "exits", "chat").line, 2);
  EXPECT_EQ(place_of_option(*root, "exits", "chat", "path").line, 4);
  EXPECT_EQ(place_of_option(*root, "exits", "chat", "url").line, 2);
  EXPECT_FALSE(place_of(*root, "exits", "log").known());
  EXPECT_FALSE(place_of_option(*root, "entries", "chat", "path").known());
}

}  // namespace
}  // namespace tt::pipeline
