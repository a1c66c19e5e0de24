// The reference of test files says every key, once.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/reference.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "portals/kit/json.h"

namespace tt::rehearse {
namespace {

TEST(Reference, the_page_has_a_row_for_every_key) {
  const std::string page = tests_page();
  for (const char* key :
       {"config", "tests",    "name",           "entry",       "received", "id",         "event",
        "hook",   "expect",   "hook.body_file", "hook.verify", "exits",    "decided_by", "rules",
        "not",    "requests", "refused",        "method",      "url",      "headers",    "error"})
    EXPECT_NE(page.find("\n| `" + std::string(key) + "` |"), std::string::npos) << key;
}

TEST(Reference, the_schema_refers_only_to_what_it_defines) {
  const std::string text = json_schema();
  const auto schema = portals::parse_json(text);
  ASSERT_TRUE(schema) << text;
  const auto* definitions = portals::map_at(*schema, "$defs");
  ASSERT_TRUE(definitions);
  const std::string_view start = "\"#/$defs/";
  for (std::size_t at = 0; (at = text.find(start, at)) != std::string::npos;) {
    at += start.size();
    const std::string name = text.substr(at, text.find('"', at) - at);
    EXPECT_TRUE(definitions->contains(name)) << name;
  }
  EXPECT_EQ(portals::text_at(*schema, "allOf.0.properties.tests.anyOf.0.items.$ref"),
            "#/$defs/test");
}

}  // namespace
}  // namespace tt::rehearse
