// The published schema holds together.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reference.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "portals/kit/json.h"

namespace tt::pipeline {
namespace {

TEST(Reference, the_schema_refers_only_to_what_it_defines) {
  const std::string text = json_schema();
  const auto schema = portals::parse_json(text);
  ASSERT_TRUE(schema);
  const auto* definitions = portals::map_at(*schema, "$defs");
  ASSERT_TRUE(definitions);
  const std::string_view start = "\"#/$defs/";
  for (std::size_t at = 0; (at = text.find(start, at)) != std::string::npos;) {
    at += start.size();
    const std::string name = text.substr(at, text.find('"', at) - at);
    EXPECT_TRUE(definitions->contains(name)) << name;
  }
}

}  // namespace
}  // namespace tt::pipeline
