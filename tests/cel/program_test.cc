// Programs over records: fields by dotted name, presence, definitions, tests for rule planning.
// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <gtest/gtest.h>

#include "cel/support.h"

namespace tt::cel {
namespace {

using testing::MapScope;
using testing::World;

class OverEvents : public ::testing::Test {
 protected:
  OverEvents() : scope(world) {
    scope.set("project", Value::borrowed("web"))
        .set("kind", Value::borrowed("urn:gitlab:push"))
        .set("severity", Value::borrowed("error"))
        .set("timestamp", Value::timestamp(WallNs{1'767'607'200'000'000'000}))
        .set("count", Value::int64(7))
        .set("raw.ref", Value::borrowed("refs/heads/main"))
        .set("raw.x-y", Value::borrowed("dash"))
        .set("tags", Value::list({Value::borrowed("a"), Value::borrowed("b")}));
  }

  std::string eval(std::string_view text) {
    const Compiled compiled = compile(text, world.environment);
    if (!compiled.ok()) return "does not compile: " + render(text, compiled.diagnostics.front());
    const Value value = compiled.program->evaluate(scope);
    const Truth truth = compiled.program->test(scope);
    EXPECT_EQ(truth == Truth::kTrue, value.is_true()) << text;
    EXPECT_EQ(truth == Truth::kFalse, value.is_false()) << text;
    return value.is_error() ? "error: " + std::string(value.error_text()) : to_json_text(value);
  }

  World world;
  MapScope scope;
};

TEST_F(OverEvents, dotted_names_are_one_field_however_they_are_written) {
  for (const char* text : {"event.raw.ref", "event['raw.ref']", "event['raw'].ref",
                           "event.raw['ref']", "event.`raw.ref`"}) {
    EXPECT_EQ(eval(text), "\"refs/heads/main\"") << text;
  }
  EXPECT_EQ(eval("event.raw.`x-y`"), "\"dash\"");
}

TEST_F(OverEvents, absent_fields_are_empty_or_errors) {
  EXPECT_EQ(eval("meta.entry"), "\"\"");
  EXPECT_EQ(eval("meta.entry == ''"), "true");
  EXPECT_EQ(eval("has(meta.entry)"), "false");
  EXPECT_EQ(eval("event.nope"), "error: no such field 'nope'");
  EXPECT_EQ(eval("event.nope == 'x'"), "error: no such field 'nope'");
  EXPECT_EQ(eval("event.nope == 'x' || event.project == 'web'"), "true");
  EXPECT_EQ(eval("has(event.nope)"), "false");
  EXPECT_EQ(eval("has(event.raw.ref)"), "true");
  EXPECT_EQ(eval("has(event.raw.nope)"), "false");
}

TEST_F(OverEvents, optional_access_works_on_dotted_names) {
  EXPECT_EQ(eval("event.?raw.ref.orValue('none')"), "\"refs/heads/main\"");
  EXPECT_EQ(eval("event.?raw.nope.orValue('none')"), "\"none\"");
  EXPECT_EQ(eval("event[?'raw.ref'].hasValue()"), "true");
}

TEST_F(OverEvents, a_record_is_a_map_of_dotted_names) {
  EXPECT_EQ(eval("event.exists(name, name == 'raw.ref')"), "true");
  EXPECT_EQ(eval("'raw.ref' in event && !('nope' in event)"), "true");
  EXPECT_EQ(eval("event['raw.' + 'ref']"), "\"refs/heads/main\"");
  EXPECT_EQ(eval("['kind', 'nope'].filter(n, n in event)"), "[\"kind\"]");
  EXPECT_EQ(eval("['kind', 'nope'].map(n, event[?n].orValue('-'))"), "[\"urn:gitlab:push\",\"-\"]");
}

TEST_F(OverEvents, common_tests_are_what_they_say) {
  EXPECT_EQ(eval("event.project == 'web' && event.kind.startsWith('urn:gitlab:')"), "true");
  EXPECT_EQ(eval("event.project != 'web'"), "false");
  EXPECT_EQ(eval("'web' == event.project"), "true");
  EXPECT_EQ(eval("event.project in ['api', 'web']"), "true");
  EXPECT_EQ(eval("event.count in ['api', 'web']"), "false");
  EXPECT_EQ(eval("event.count == 'web'"), "false");
  EXPECT_EQ(eval("event.count > 6.5 && event.count == 7.0"), "true");
  EXPECT_EQ(eval("'b' in event.tags"), "true");
  EXPECT_EQ(eval("event.kind.endsWith('push') && event.kind.contains(':gitlab:')"), "true");
  EXPECT_EQ(eval("event.kind.matches('^urn:[a-z]+:push$')"), "true");
}

TEST_F(OverEvents, functions_of_the_tunnel) {
  EXPECT_EQ(eval("event.severity.atLeast('warning')"), "true");
  EXPECT_EQ(eval("event.severity.atLeast('critical')"), "false");
  EXPECT_EQ(eval("'whatever'.atLeast('notice')"), "false");
  EXPECT_EQ(eval("'whatever'.atLeast('info')"), "true");
  // 2026-01-05 is a Monday, 10:00 in UTC.
  EXPECT_EQ(eval("event.timestamp.within('mon-fri 08:00-18:00', 'Europe/Berlin')"), "true");
  EXPECT_EQ(eval("event.timestamp.within('sat,sun 00:00-24:00, mon 11:00-12:00', 'UTC')"), "false");
  EXPECT_EQ(eval("event.timestamp.within('sun 22:00-10:01')"), "true");
  EXPECT_EQ(eval("event.timestamp.format('%H:%M', 'Europe/Berlin')"), "\"11:00\"");
  EXPECT_EQ(
      eval("sample('abc', 1.0) && !sample('abc', 0.0) && sample('x', 0.5) == sample('x', 0.5)"),
      "true");
}

TEST_F(OverEvents, clip_cuts_long_texts_and_leaves_short_ones) {
  EXPECT_EQ(eval("'disk full'.clip(20)"), "\"disk full\"");
  EXPECT_EQ(eval("'disk full'.clip(5)"), "\"disk…\"");
  EXPECT_EQ(eval("'ääää'.clip(3)"), "\"ää…\"");
  EXPECT_EQ(eval("'x'.clip(0)"), "\"\"");
  EXPECT_NE(eval("'x'.clip(-1)").find("negative"), std::string::npos);
}

TEST_F(OverEvents, definitions_are_inlined) {
  const Compiled inner = compile("event.severity.atLeast('error')", world.environment);
  ASSERT_TRUE(inner.ok());
  world.environment.add_definition("paging", inner.program);
  EXPECT_EQ(eval("paging && event.project == 'web'"), "true");
  EXPECT_EQ(eval("[1, 2].all(x, paging)"), "true");
  const Compiled outer = compile("paging", world.environment);
  ASSERT_TRUE(outer.ok());
  EXPECT_EQ(outer.program->fields(), inner.program->fields());
}

TEST_F(OverEvents, required_tests_are_told_to_the_planner_of_rules) {
  const auto tests = [&](std::string_view text) {
    const Compiled compiled = compile(text, world.environment);
    std::string told;
    for (const FieldTest& test : compiled.program->required_tests()) {
      told += (test.kind == FieldTest::Kind::kPrefix ? "prefix " : "one of ") +
              (test.record == 0 ? world.event_layout : world.meta_layout)->name_of(test.slot) + ":";
      for (const std::string& value : test.texts) told += " " + value;
      for (const std::int64_t number : test.integers) told += " =" + std::to_string(number);
      told += "; ";
    }
    return told;
  };
  EXPECT_EQ(tests("event.kind == 'a' && event.project.startsWith('b') && event.count > 1"),
            "one of kind: a; prefix project: b; ");
  EXPECT_EQ(tests("event.kind in ['a', 'b'] && (event.project == 'c' || 'd' == event.project)"),
            "one of kind: a b; one of project: c d; ");
  EXPECT_EQ(tests("event.kind == 'a' || event.project == 'b'"), "");
  EXPECT_EQ(tests("event.count == 1 && (event.x in ['a', 2] || event.x == 3)"),
            "one of count: =1; one of x: a =2 =3; ");
  EXPECT_EQ(tests("event.count == 1.0 && event.x in ['a', 2.0]"), "");
  EXPECT_EQ(tests("event.kind == 'a' && event.count > 1 || event.project == 'b' && "
                  "event.kind.startsWith('c')"),
            "prefix kind: a c; ");
  EXPECT_EQ(tests("event.tags.all(t, t != '') && event.kind == 'a'"), "one of kind: a; ")
      << "the test is done first";
  EXPECT_EQ(tests("event.tags.all(t, t != '') && (event.kind == 'a' && event.tags.size() > 1)"), "")
      << "the list may use up the budget before";
  EXPECT_EQ(tests("!(event.kind == 'a')"), "");
  EXPECT_EQ(tests("event.kind == '' && event.kind in ['', 'x'] && event.kind.startsWith('')"), "");
}

TEST_F(OverEvents, constants_are_folded) {
  const auto constant = [&](std::string_view text) {
    const Compiled compiled = compile(text, world.environment, {.check = false});
    const Value* value = compiled.program->constant();
    return value ? to_json_text(*value) : "-";
  };
  EXPECT_EQ(constant("1 + 1 == 2"), "true");
  EXPECT_EQ(constant("['a', 'b' + 'c']"), "[\"a\",\"bc\"]");
  EXPECT_EQ(constant("1 / 0"), "-");
  EXPECT_EQ(constant("event.project"), "-");
}

TEST_F(OverEvents, results_that_are_owned_outlive_program_and_scope) {
  Value value;
  {
    std::string text = "short lived";
    scope.set("project", Value::borrowed(text));
    value = compile("{'a': [event.project, 'constant']}", world.environment)
                .program->evaluate(scope)
                .own();
  }
  EXPECT_EQ(to_json_text(value), R"({"a":["short lived","constant"]})");
}

TEST_F(OverEvents, texts_for_templates) {
  EXPECT_EQ(display(Value::borrowed("as is")), "as is");
  EXPECT_EQ(display(Value::null()), "");
  EXPECT_EQ(display(Value::none()), "");
  EXPECT_EQ(display(Value::float64(3)), "3");
  EXPECT_EQ(display(Value::float64(0.1)), "0.1");
  EXPECT_EQ(display(Value::float64(1e300)), "1e+300");
  EXPECT_EQ(to_json_text(Value::float64(3)), "3.0");
  EXPECT_EQ(display(Value::timestamp(WallNs{1'500'000'000})), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(display(Value::duration(1'500'000'000)), "1.5s");
  EXPECT_EQ(display(Value::list({Value::int64(1), Value::borrowed("x\"")})), R"([1,"x\""])");
}

}  // namespace
}  // namespace tt::cel
