// YAML values as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/yaml_json.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"

namespace tt::rehearse {
namespace {

struct Read {
  config::Files files;
  config::Diagnostics diagnostics;
  config::Node node;
  explicit Read(const std::string& yaml) {
    const int file = files.add("a.yaml", yaml);
    node = config::read_yaml(files, file, diagnostics).value_or(config::Node{});
  }
};

TEST(YamlJson, plain_scalars_keep_their_types_and_quoted_ones_are_text) {
  const Read read(
      "a: 1.50\nb: '1.50'\nc: true\nd: \"true\"\ne: null\nf: word\ng: +3\nh: 1e400\n"
      "i: 2026-01-31T23:12:00Z\n");
  EXPECT_EQ(json_of(read.node),
            R"({"a":1.50,"b":"1.50","c":true,"d":"true","e":null,"f":"word","g":3,"h":1e400,)"
            R"("i":"2026-01-31T23:12:00Z"})");
}

TEST(YamlJson, lists_maps_and_what_needs_escapes) {
  const Read read("a: [1, [], {}]\n\"b \\\"\": \"\\n\"\n");
  EXPECT_EQ(json_of(read.node), R"({"a":[1,[],{}],"b \"":"\n"})");
}

TEST(YamlJson, what_yaml_has_made_of_a_value_is_told) {
  for (const char* yaml : {"a: build #12\n", "a: {{ x }}\n", "a: [{b: !has y}]\n"}) {
    Read read(yaml);
    check_value(read.node, read.files, read.diagnostics);
    EXPECT_FALSE(read.diagnostics.empty()) << yaml;
  }
  Read good("a: {b: [1, 'x #2', true]}\n");
  EXPECT_TRUE(check_value(good.node, good.files, good.diagnostics));
  EXPECT_TRUE(good.diagnostics.empty());
}

}  // namespace
}  // namespace tt::rehearse
