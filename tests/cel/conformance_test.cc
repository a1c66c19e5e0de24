// The conformance suite of the expression language, through the line protocol of `vortex eval`.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "cel/program.h"
#include "cel/typed_json.h"

namespace tt::cel {
namespace {

namespace json = boost::json;
const std::filesystem::path kFolder = std::filesystem::path(TT_SHARED_DIR) / "data/01-cel/open";

/// Suites, or `suite/section`, that are not supported. A listed one whose tests all pass fails this
/// test, so that the list only shrinks.
const std::set<std::string> kUnsupported{};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Maps are compared without order: pairs are sorted by their text.
json::value canonical(const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array made;
    for (const auto& element : *array) made.push_back(canonical(element));
    return made;
  }
  const auto* object = value.if_object();
  if (!object) {
    if (const auto* i = value.if_int64()) return static_cast<double>(*i);
    if (const auto* u = value.if_uint64()) return static_cast<double>(*u);
    return value;
  }
  json::object made;
  for (const auto& [key, member] : *object) {
    if (key != "default") made[key] = canonical(member);
  }
  const auto* type = made.if_contains("type");
  if (type && *type == "map") {
    auto& pairs = made["value"].as_array();
    std::sort(pairs.begin(), pairs.end(), [](const json::value& a, const json::value& b) {
      return json::serialize(a) < json::serialize(b);
    });
  }
  return made;
}

std::string run(const json::object& test) {
  const bool check_only = test.if_contains("check_only") != nullptr;
  return eval_line(json::serialize(test), true, check_only);
}

/// Empty when the test passes, else what was found.
std::string problem_of(const json::object& test) {
  const std::string line = run(test);
  const json::value found = json::parse(line);
  const json::object& expect = test.at("expect").as_object();
  if (expect.if_contains("error")) {
    return found.as_object().if_contains("error") ? "" : "no error but " + line;
  }
  if (const auto* deduced = expect.if_contains("deduced_type")) {
    json::object ask = test;
    const json::value checked = json::parse(eval_line(json::serialize(ask), true, true));
    const auto* type = checked.as_object().if_contains("type");
    if (!type || *type != *deduced) return "checked as " + json::serialize(checked);
  }
  const auto* value = expect.if_contains("value");
  if (!value) return "";
  return canonical(found) == canonical(*value) ? "" : line;
}

class Conformance : public ::testing::TestWithParam<std::string> {};

TEST_P(Conformance, every_supported_test_passes) {
  const std::filesystem::path path = kFolder / GetParam();
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the shared conformance data is not here";
  const json::value suite = json::parse(read(path));
  const std::string name = path.stem().string();
  int passed = 0, total = 0;
  std::set<std::string> failing;
  for (const json::value& given : suite.as_object().at("tests").as_array()) {
    const json::object& test = given.as_object();
    const std::string section = name + "/" + std::string(test.at("section").as_string());
    const std::string problem = problem_of(test);
    ++total;
    passed += problem.empty();
    if (problem.empty()) continue;
    failing.insert(name);
    failing.insert(section);
    if (kUnsupported.contains(name) || kUnsupported.contains(section)) continue;
    ADD_FAILURE() << section << "/" << test.at("name").as_string() << ": "
                  << test.at("expr").as_string() << "\n  expected "
                  << json::serialize(test.at("expect")) << "\n  found    " << problem;
  }
  for (const std::string& listed : kUnsupported) {
    if (listed == name || listed.starts_with(name + "/")) {
      EXPECT_TRUE(failing.contains(listed)) << listed << " passes now; take it off the list";
    }
  }
  RecordProperty("passed", passed);
  RecordProperty("total", total);
  std::printf("%-40s %d of %d\n", GetParam().c_str(), passed, total);
}

std::vector<std::string> suites() {
  std::vector<std::string> found;
  for (const char* group : {"core", "ext"}) {
    if (!std::filesystem::exists(kFolder / group)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder / group)) {
      if (entry.path().extension() != ".json") continue;
      found.push_back(std::string(group) + "/" + entry.path().filename().string());
    }
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) found.push_back("core/missing.json");
  return found;
}

INSTANTIATE_TEST_SUITE_P(Suite, Conformance, ::testing::ValuesIn(suites()), [](const auto& info) {
  std::string name = info.param.substr(0, info.param.find('.'));
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

TEST(Conformance, syntax_verdicts_of_another_parser_are_shared) {
  const std::filesystem::path path = kFolder / "syntax-from-cel-go.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the shared conformance data is not here";
  const json::value suite = json::parse(read(path));
  int judged = 0;
  for (const json::value& given : suite.as_object().at("tests").as_array()) {
    const json::object& test = given.as_object();
    const json::value& verdict = test.at("parses");
    const std::string text(test.at("expr").as_string());
    // That parser ran without the two-variable macros, whose arguments are checked here.
    const Parsed parsed = parse(text, {.macros = test.at("from") != "comprehension"});
    if (!verdict.is_bool()) continue;
    ++judged;
    EXPECT_EQ(parsed.ast != nullptr, verdict.as_bool())
        << text << (parsed.ast ? "" : "\n  " + render(text, parsed.diagnostics.front()));
  }
  EXPECT_GT(judged, 100);
}

}  // namespace
}  // namespace tt::cel
