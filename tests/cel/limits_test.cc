// Bombs are refused or stopped.
// SPDX-License-Identifier: Apache-2.0
#include "cel/limits.h"

#include <gtest/gtest.h>

#include "cel/support.h"
#include "cel/typed_json.h"

namespace tt::cel {
namespace {

using testing::World;

std::string repeated(std::string_view text, int count) {
  std::string made;
  for (int i = 0; i < count; ++i) made += text;
  return made;
}

std::string ending(const std::string& text) {
  World world;
  const Compiled compiled = compile(text, world.environment);
  if (!compiled.ok()) return compiled.diagnostics.front().code;
  const Value value = compiled.program->evaluate(EmptyScope());
  return value.is_error() ? "stopped" : "done";
}

TEST(Limits, long_and_deep_expressions_are_refused) {
  EXPECT_EQ(ending("'" + repeated("x", kExpressionBytesMax) + "'"), "limit");
  EXPECT_EQ(ending(repeated("(", 5000) + "1" + repeated(")", 5000)), "limit");
  EXPECT_EQ(ending(repeated("[", 5000)), "limit");
  EXPECT_EQ(ending(repeated("!", 5000) + "true"), "limit");
  EXPECT_EQ(ending(repeated("-", 5000) + "x"), "limit");
  EXPECT_EQ(ending("1" + repeated("+1", 5000)), "limit");
  EXPECT_EQ(ending(repeated("true?1:", 2000) + "2"), "limit");
  EXPECT_EQ(ending("event" + repeated(".a", 5000)), "limit");
  EXPECT_EQ(ending("[" + repeated("1,", 8000) + "1]"), "done");
  EXPECT_EQ(ending("true" + repeated("&&true", 2000)), "done");
}

TEST(Limits, evaluation_stops_after_so_many_steps) {
  EXPECT_EQ(ending("lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0))"), "stopped");
  EXPECT_EQ(ending("lists.range(2000000000).size() > 0"), "stopped");
  EXPECT_EQ(ending("lists.range(1000).map(x, lists.range(1000 + x)).size() > 0"), "stopped");
  EXPECT_EQ(ending("lists.range(100).all(x, lists.range(100).all(y, x + y >= 0))"), "done");
}

TEST(Limits, a_budget_that_is_gone_cannot_be_absorbed) {
  EXPECT_EQ(ending("lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0)) || true"),
            "stopped");
}

TEST(Limits, values_that_share_parts_end_too) {
  std::string text;
  std::string name = "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]";
  for (int i = 0; i < 20; ++i) {
    const std::string next = "v" + std::to_string(i);
    text += "cel.bind(" + next + ", " + name + ", ";
    name = "[" + repeated(next + ", ", 9) + next + "]";
  }
  const std::string close = repeated(")", 20);
  EXPECT_EQ(ending(text + name + " == " + name + close), "stopped");
  EXPECT_EQ(ending(text + "'%s'.format([" + name + "]).size()" + close), "done");
  EXPECT_EQ(ending(text + name + ".flatten(100)" + close), "stopped");
  World world;
  const Compiled compiled = compile(text + name + close, world.environment);
  ASSERT_TRUE(compiled.ok());
  const Value value = compiled.program->evaluate(EmptyScope());
  EXPECT_TRUE(value.own().is_error());
  EXPECT_LT(to_json_text(value).size(), 2 * kStringBytesMax);
  EXPECT_LT(to_typed_json(value).size(), 2 * kStringBytesMax);
}

TEST(Limits, texts_do_not_grow_without_bound) {
  std::string text = "'0123456789abcdef'";
  for (int i = 0; i < 40; ++i) text = text + ".replace('', '0123456789')";
  EXPECT_EQ(ending(text + ".size() > 0"), "stopped");
}

/// `inner` with a text of 4 MiB at hand, `t`.
std::string with_long_text(const std::string& inner, const std::string& seed = "0123456789abcdef") {
  std::string text;
  std::string name = "'" + seed + "'";
  for (int i = 0; i < 18; ++i) {
    const std::string next = "v" + std::to_string(i);
    text += "cel.bind(" + next + ", " + name + " + " + name + ", ";
    name = next;
  }
  return text + "cel.bind(t, " + name + ", " + inner + ")" + repeated(")", 18);
}

TEST(Limits, every_function_pays_for_a_long_text) {
  for (const char* test : {"t.contains('zzzz')",
                           "t.indexOf('fz') == 0",
                           "t.lastIndexOf('zz') == 0",
                           "t.charAt(i) == 'z'",
                           "t.substring(i) == ''",
                           "t.reverse() == ''",
                           "t.upperAscii() == ''",
                           "t.trim() == ''",
                           "t.replace('0', '1') == ''",
                           "t.split('0').size() == 0",
                           "t.matches('(x+x+)+y')",
                           "t.matches('f$' + string(i))",
                           "t.size() == 0",
                           "t < t",
                           "(t + '') != t",
                           "t.startsWith(t + 'x')",
                           "t in {t: 1} && false",
                           "t in ['x', t] && false",
                           "strings.quote(t) == ''",
                           "t.clip(9) == ''",
                           "t.atLeast('error')",
                           "isIP(t)",
                           "sample(t, 0.0)",
                           "'%s'.format([t]) == ''",
                           "base64.encode(bytes(t)) == ''",
                           "bytes(t) == b''"}) {
    const std::string loop = "lists.range(1000).exists(i, " + std::string(test) + ")";
    EXPECT_EQ(ending(with_long_text(loop)), "stopped") << test;
  }
  EXPECT_EQ(ending(with_long_text("lists.range(9).exists(i, t.charAt(i) == 'z')",
                                  "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9")),
            "stopped");
}

TEST(Limits, regular_expressions_of_an_event_pay_for_what_they_compile_to) {
  for (const char* pattern : {"'b{1,900}' + string(i)", "r'\\pL{90}' + string(i)",
                              "'((a{1,9}){1,9}){1,9}' + string(i)"}) {
    EXPECT_EQ(
        ending("lists.range(1000).exists(i, 'a'.matches(" + std::string(pattern) + ") && false)"),
        "stopped")
        << pattern;
  }
  EXPECT_EQ(ending("'a'.matches('((((a{1,100}){1,100}){1,100}){1,100})')"), "argument");
  EXPECT_EQ(ending("lists.range(100).all(i, 'a1'.matches('^a' + string(i % 2)) || true)"), "done");
}

TEST(Limits, constant_regular_expressions_share_a_budget) {
  std::string many = "true";
  for (int i = 0; i < 450; ++i) many += "&&t.matches('b{1,900}" + std::to_string(i) + "')";
  EXPECT_EQ(ending("cel.bind(t, 'a', " + many + ")"), "limit");
  std::string few = "true";
  for (int i = 0; i < 100; ++i) few += "&&t.matches('^ab+c[0-9]*" + std::to_string(i) + "$')";
  EXPECT_EQ(ending("cel.bind(t, 'a', " + few + ")"), "done");
}

TEST(Limits, lists_and_maps_pay_for_every_element) {
  for (const char* bomb :
       {"lists.range(900000).transformMapEntry(i, v, {string(v): i}).size()",
        "lists.range(200000).transformMapEntry(i, v, {v * 1024: i}).size()",
        "lists.range(100000).map(x, (x * 7919) % 100003).sort().size()",
        "lists.range(100000).distinct().size()",
        "cel.bind(l, lists.range(1000), lists.range(9999).all(i, l == l))",
        "cel.bind(l, lists.range(9999), lists.range(9999).all(i, !(-1 in l)))",
        "cel.bind(l, lists.range(1000), lists.range(9999).all(i, math.greatest(l) > 0))",
        "cel.bind(l, lists.range(9999), lists.range(9999).all(i, l.slice(0, 9999).size() > 0))",
        "cel.bind(l, lists.range(9999), lists.range(9999).all(i, (l + l).size() > 0))",
        "cel.bind(l, lists.range(1000), lists.range(99999).all(i, '%s'.format([l]) != ''))"}) {
    EXPECT_EQ(ending(bomb), "stopped") << bomb;
  }
}

TEST(Limits, formats_zones_and_nesting_are_bounded) {
  EXPECT_EQ(ending("'%.1000000f'.format([1.5])"), "stopped");
  EXPECT_EQ(ending("lists.range(300000).all(i, '%.100f%.100f'.format([1e308, 1e-300]) != '')"),
            "stopped");
  EXPECT_EQ(ending("timestamp(0).getHours('../../../etc/passwd')"), "argument");
  EXPECT_EQ(
      ending("lists.range(99999).all(i, timestamp(0).getHours('A/B' + string(i)) < 0 || true)"),
      "stopped");
  EXPECT_EQ(ending(repeated("[", 100) + "1" + repeated("]", 100)), "done");
  EXPECT_EQ(ending(repeated("{'a': ", 100) + "1" + repeated("}", 100)), "done");
  EXPECT_EQ(ending(repeated("{'a': ", 300) + "1" + repeated("}", 300)), "limit");
}

TEST(Limits, malformed_lines_are_answered) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"expr": 1})", R"({"expr": "1", "type_env": [1]})",
        R"({"expr": "x", "bindings": {"x": {"type": "list"}}})"}) {
    EXPECT_NE(eval_line(line, true, false).find("\"error\""), std::string::npos) << line;
  }
  EXPECT_EQ(eval_line(R"({"expr": "x + 1", "bindings": {"x": 2}})", false, false),
            R"({"type":"int","value":3})");
  const std::string declared =
      R"j({"expr": "t.getHours()", "bindings": {"t": "2026-01-01T05:00:00Z"},)j"
      R"( "type_env": [{"name": "t", "type": "timestamp"}]})";
  EXPECT_EQ(eval_line(declared, false, false), R"({"type":"int","value":5})");
  EXPECT_EQ(eval_line(R"({"expr": "1 +\n nope"})", false, false),
            R"({"error":{"message":"unknown name 'nope'","line":2,"column":2}})");
}

}  // namespace
}  // namespace tt::cel
