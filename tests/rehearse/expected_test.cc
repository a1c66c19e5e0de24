// Expected values: what counts as equal, and how a difference is told.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/expected.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "config/yaml_reader.h"
#include "portals/kit/json.h"

namespace tt::rehearse {
namespace {

/// The differences as `path: -expected +found`, separated by `|`.
std::string differences(const std::string& yaml, const std::string& json) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto node = config::read_yaml(files, files.add("a.yaml", "v: " + yaml), diagnostics);
  const auto value = portals::parse_json(json);
  EXPECT_TRUE(node && value) << yaml << " " << json;
  Differences out;
  match_value(node->children[0], value.get(), "v", out);
  std::vector<std::string> lines;
  for (const Difference& one : out)
    lines.push_back(one.path + ": -" + one.expected + " +" + one.found);
  return join(lines, "|");
}

TEST(Expected, scalars_have_a_value_and_a_type) {
  EXPECT_EQ(differences("web", R"("web")"), "");
  EXPECT_EQ(differences("1.0", "1"), "") << "numbers are compared by value";
  EXPECT_EQ(differences("9007199254740993", "9007199254740992"),
            "v: -9007199254740993 +9007199254740992");
  EXPECT_EQ(differences("1", R"("1")"), "v: -1 +\"1\"");
  EXPECT_EQ(differences("'1'", "1"), "v: -\"1\" +1");
  EXPECT_EQ(differences("true", "false"), "v: -true +false");
  EXPECT_EQ(differences("~", "null"), "");
  EXPECT_EQ(differences("web", "null"), "v: -\"web\" +null");
}

TEST(Expected, maps_need_what_is_named_and_lists_all_items) {
  EXPECT_EQ(differences("{a: 1}", R"({"a":1,"b":2})"), "");
  EXPECT_EQ(differences("{a: {b: 2}}", R"({"a":{"b":1}})"), "v.a.b: -2 +1");
  EXPECT_EQ(differences("{a: 1, c: 3}", R"({"b":2})"), "v.a: -1 +|v.c: -3 +");
  EXPECT_EQ(differences("[1, {a: 2}]", R"([1,{"a":3}])"), "v[1].a: -2 +3");
  EXPECT_EQ(differences("[1]", "[1,2]"), "v: -[1] +[1,2]");
  EXPECT_EQ(differences("{}", "[]"), "v: -{} +[]");
}

TEST(Expected, parts_patterns_and_absence) {
  EXPECT_EQ(differences("{a: {contains: eb}}", R"({"a":"web"})"), "");
  EXPECT_EQ(differences("{a: {contains: x}}", R"({"a":["x","y"]})"), "");
  EXPECT_EQ(differences("{a: {contains: 2}}", R"({"a":[1,3]})"), "v.a: -contains 2 +[1,3]");
  EXPECT_EQ(differences("{a: {matches: '^w.b$', contains: e}}", R"({"a":"web"})"), "");
  EXPECT_EQ(differences("{a: {matches: '^4..$'}}", R"({"a":404})"), "");
  EXPECT_EQ(differences("{a: {absent: true}}", R"({"a":1})"), "v.a: -nothing +1");
  EXPECT_EQ(differences("{a: {absent: true}, b: {absent: false}}", R"({"b":1})"), "");
  EXPECT_EQ(differences("{a: {contains: x}}", R"({"a":{"contains":"x"}})"), "")
      << "a value that has such a member is meant literally";
}

TEST(Expected, fields_with_dots_may_be_nested) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto node = config::read_yaml(
      files, files.add("a.yaml", "raw: {user: {name: ada}, no: {contains: 7}}\nraw.ref: main\n"),
      diagnostics);
  const auto event =
      portals::parse_json(R"({"raw.user.name":"ada","raw.no":17,"raw.ref":"master"})");
  Differences out;
  match_fields(*node, event->get_object(), "event", out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].path, "event.raw.ref");
  EXPECT_EQ(out[0].found, "\"master\"");
}

TEST(Expected, a_name_that_is_not_there_is_told_with_those_that_are) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto node = config::read_yaml(files, files.add("a.yaml", "texd: x\n"), diagnostics);
  const auto value = portals::parse_json(R"({"text":"x","color":"red"})");
  Differences out;
  match_value(*node, value.get(), "body", out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].note, "there are: text, color");
  EXPECT_EQ(out[0].mark.line, 1u);
}

}  // namespace
}  // namespace tt::rehearse
