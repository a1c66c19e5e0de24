// Deduced types, and what people read when an expression is wrong.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cel/support.h"

namespace tt::cel {
namespace {

using testing::World;

std::string type_of(std::string_view text) {
  World world;
  const Checked checked = check(text, world.environment);
  return checked.ok() ? checked.type.to_string()
                      : "error: " + render(text, checked.diagnostics.front());
}

Diagnostic first_of(std::string_view text, CompileOptions options = {}) {
  World world;
  const Compiled compiled = compile(text, world.environment, options);
  if (compiled.diagnostics.empty()) {
    ADD_FAILURE() << "no diagnostic for " << text;
    return {};
  }
  return compiled.diagnostics.front();
}

TEST(Checker, types_follow_from_operands) {
  const std::pair<const char*, const char*> kCases[] = {
      {"1 + 2", "int"},
      {"[1, 2].map(x, string(x))", "list(string)"},
      {"[1, 'a']", "list(dyn)"},
      {"{'a': [1]}", "map(string, list(int))"},
      {"{'a': 1}.?a", "optional_type(int)"},
      {"true ? 1 : 2", "int"},
      {"event.project", "string"},
      {"event.timestamp", "timestamp"},
      {"event.timestamp - duration('1h')", "timestamp"},
      {"event.any.thing", "dyn"},
      {"event.any + 1", "int"},
      {"event.any + event.other", "dyn"},
      {"(event.tags[?0].value() + event.other).startsWith('a')", "bool"},
      {"(event.tags.first().value() + event.other).startsWith('a')", "bool"},
      {"event.?project", "optional_type(string)"},
      {"has(event.any)", "bool"},
      {"meta.seq", "int"},
      {"event.all(name, name != '')", "bool"},
      {"event.severity.atLeast('warning')", "bool"},
      {"event.timestamp.within('mon-fri 08:00-18:00', 'UTC')", "bool"},
      {"[].map(x, x)", "list(dyn)"},
      {"type(1)", "type(int)"},
  };
  for (const auto& [text, type] : kCases) EXPECT_EQ(type_of(text), type) << text;
}

TEST(Checker, unknown_names_are_answered_with_the_nearest) {
  EXPECT_EQ(first_of("evnt.project == 'x'").code, "unknown-name");
  EXPECT_EQ(first_of("evnt.project == 'x'").hint, "did you mean 'event'?");
  EXPECT_EQ(first_of("project == 'x'").hint, "did you mean 'event.project'?");
  const Diagnostic field = first_of("meta.entri == 'x'");
  EXPECT_EQ(field.code, "unknown-field");
  EXPECT_EQ(field.hint, "did you mean 'meta.entry'?");
  EXPECT_EQ(first_of("event.kind.startWith('x')").hint, "did you mean 'startsWith'?");
  EXPECT_EQ(first_of("event.timestamp < now()").code, "unknown-function");
}

TEST(Checker, severities_are_not_ordered_as_text) {
  for (const char* text :
       {"event.severity < 'error'", "'error' >= event.severity", "event['severity'] > 'info'"}) {
    const Diagnostic found = first_of(text);
    EXPECT_EQ(found.code, "severity-order") << text;
    EXPECT_NE(found.hint.find("atLeast"), std::string::npos) << found.hint;
  }
  EXPECT_EQ(type_of("event.severity == 'error'"), "bool");
}

TEST(Checker, negation_of_a_field_that_may_be_absent_is_warned_of) {
  const Diagnostic found = first_of("event.branch != 'main'");
  EXPECT_EQ(found.severity, Severity::kWarning);
  EXPECT_EQ(found.code, "absent-field");
  EXPECT_EQ(found.hint,
            "to match such events too, write !has(event.branch) || event.branch != 'main'");
  EXPECT_EQ(first_of("!event.branch.startsWith('x')").code, "absent-field");
  EXPECT_EQ(first_of("true && !(event.branch == 'x')").code, "absent-field");
  World world;
  for (const char* text :
       {"event.branch == 'main'", "event.project != 'x'", "!event.project.startsWith('x')",
        "!has(event.branch) || event.branch != 'main'", "event.?branch.orValue('') != 'main'",
        "!has(event.branch)"}) {
    EXPECT_TRUE(compile(text, world.environment).diagnostics.empty()) << text;
  }
}

TEST(Checker, overload_errors_say_found_and_expected) {
  const Diagnostic found = first_of("'a' + 1");
  EXPECT_EQ(found.code, "no-overload");
  EXPECT_NE(found.text.find("found string + int, expected "), std::string::npos) << found.text;
  EXPECT_EQ(found.column, 5);
  EXPECT_EQ(first_of("event.project.startsWith(1)").text,
            "found string.startsWith(int), expected string.startsWith(string)");
}

TEST(Checker, constant_arguments_are_tried_when_compiling) {
  EXPECT_EQ(first_of("event.kind.matches('(')").code, "argument");
  EXPECT_EQ(first_of("event.timestamp.getHours('Nowhere/Land')").code, "argument");
  EXPECT_EQ(first_of("event.timestamp.within('mon 8-9', 'UTC')").code, "argument");
  EXPECT_EQ(first_of("event.timestamp.format('%Q')").code, "argument");
  const Diagnostic word = first_of("event.severity.atLeast('critcal')");
  EXPECT_EQ(word.severity, Severity::kError);
  EXPECT_NE(word.text.find("did you mean 'critical'"), std::string::npos) << word.text;
}

TEST(Checker, the_result_type_can_be_demanded) {
  CompileOptions options;
  options.result = Type::boolean();
  EXPECT_EQ(first_of("event.project", options).code, "result-type");
  World world;
  EXPECT_TRUE(compile("event.flag", world.environment, options).ok());
}

TEST(Checker, one_mistake_makes_one_diagnostic) {
  World world;
  const auto compiled = compile("(nope + 1).foo.startsWith('x')", world.environment);
  EXPECT_EQ(compiled.diagnostics.size(), 1u);
}

TEST(Checker, positions_are_lines_and_columns_of_code_points) {
  const Diagnostic found = first_of("event.project == 'ü' &&\n  'ä' == nope");
  EXPECT_EQ(found.line, 2);
  EXPECT_EQ(found.column, 10);
  const std::string text = "'ä' == nope";
  EXPECT_EQ(render(text, first_of(text)),
            "1:8: error: unknown name 'nope' (texts stand in quotes: \"nope\")\n"
            "  'ä' == nope\n         ^^^^");
}

}  // namespace
}  // namespace tt::cel
