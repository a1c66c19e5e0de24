// What the reference page says is so: every function is there, every example gives what it says.
// SPDX-License-Identifier: Apache-2.0
#include "cel/reference.h"

#include <gtest/gtest.h>

#include <set>

#include "cel/functions.h"
#include "cel/program.h"

namespace tt::cel {
namespace {

std::string json_result(std::string_view expression) {
  Environment environment;
  add_tunnel_functions(environment);
  const Compiled compiled = compile(expression, environment);
  if (!compiled.ok()) return "error";
  const Value value = compiled.program->evaluate(EmptyScope());
  return value.is_error() ? "error" : to_json_text(value);
}

TEST(Reference, every_example_gives_what_the_page_says) {
  const std::vector<Example> examples = reference_examples();
  EXPECT_GT(examples.size(), 100u);
  for (const Example& example : examples) {
    EXPECT_EQ(json_result(example.expression), example.result)
        << example.of << ": " << example.expression;
  }
}

TEST(Reference, every_function_is_described_and_called_by_its_example) {
  std::set<std::string> documented;
  std::string macros;
  for (const Topic& macro : macro_topics()) macros.append(macro.form).append(macro.meaning);
  for (const FunctionDoc& doc : function_docs()) {
    documented.insert(doc.name);
    EXPECT_FALSE(doc.description.empty()) << doc.library << ": " << doc.name;
    EXPECT_FALSE(doc.signatures.empty()) << doc.name << " is described and not declared";
    EXPECT_NE(doc.example.find(doc.name + "("), std::string_view::npos)
        << doc.library << ": " << doc.name << " is not in " << doc.example;
  }
  const auto expect_documented = [&](std::string_view name) {
    const bool is_operator = name.find_first_of("_@!-") == 0;
    EXPECT_TRUE(is_operator || documented.contains(std::string(name)) ||
                macros.find(name) != std::string::npos)
        << name;
  };
  for (const auto& [name, function] : standard_functions()) expect_documented(name);
  Environment own(Environment::Library::kNone);
  add_tunnel_functions(own);
  for (const std::string_view name : own.function_names()) expect_documented(name);
}

TEST(Reference, the_page_has_every_function_and_no_broken_row) {
  const std::string page = reference_page();
  for (const FunctionDoc& doc : function_docs()) {
    EXPECT_NE(page.find("`" + doc.signatures.front() + "`"), std::string::npos) << doc.name;
  }
  for (const char* operator_text : {"`a && b`", "`a ? b : c`", "`a.?b`", "`has(a.b)`"}) {
    EXPECT_NE(page.find(operator_text), std::string::npos) << operator_text;
  }
}

}  // namespace
}  // namespace tt::cel
