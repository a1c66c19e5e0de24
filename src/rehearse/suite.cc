// Reads test files by their field tables and looks at what the tables cannot say.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/suite.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "config/parse.h"
#include "config/yaml_reader.h"
#include "pipeline/self_kinds.h"
#include "rehearse/expected.h"
#include "rehearse/yaml_json.h"
#include "template/event_scope.h"
#include "tunnel/tunnel.h"

namespace tt::rehearse {
namespace {

using config::Mark;
using config::Node;

/// Items of a list; a single value stands for a list of one.
std::span<const Node> items(const Node* node) {
  if (!node) return {};
  return node->is_list() ? std::span<const Node>(node->children) : std::span<const Node>(node, 1);
}

void check_time(const config::Located<std::string>& time, config::Diagnostics& diagnostics) {
  if (time.value.empty() || parse_time(time.value)) return;
  diagnostics.error("bad-value", time.mark, "not a time: `" + time.value + "`",
                    "write it as RFC 3339: 2026-01-31T23:12:00Z");
}

void check_id(const config::Located<std::string>& id, config::Diagnostics& diagnostics) {
  const std::size_t dash = id.value.find('-');
  if (id.value.empty() || tunnel::parse_id(id.value.substr(0, dash), id.value)) return;
  diagnostics.error("bad-value", id.mark, "not an event id: `" + id.value + "`",
                    "an id is the log's 8 hexadecimal digits, `-` and a number: 0badcafe-7");
}

void check_map(const Node& node, std::string_view what, config::Diagnostics& diagnostics) {
  if (node.is_null() || (node.is_map() && !node.is_hole)) return;
  diagnostics.error(
      "wrong-type", node.place(),
      "expected a map of " + std::string(what) + ", found " + std::string(node.described()));
}

void check_values(const ExpectConfig& expect, const config::Files& files,
                  config::Diagnostics& diagnostics) {
  check_map(expect.event, "fields", diagnostics);
  check_expected(expect.event, files, diagnostics);
  check_expected(expect.refused, files, diagnostics);
  for (const auto& [exit, request] : expect.requests) {
    check_map(request.headers, "headers", diagnostics);
    for (const Node* one :
         {&request.method, &request.url, &request.headers, &request.body, &request.error})
      check_expected(*one, files, diagnostics);
  }
}

void check_test(const TestConfig& test, const config::Files& files,
                config::Diagnostics& diagnostics) {
  check_time(test.received, diagnostics);
  check_id(test.id, diagnostics);
  for (const Node& event : test.event) {
    check_map(event, "fields", diagnostics);
    check_value(event, files, diagnostics);
  }
  if (test.hook) check_value(test.hook->body, files, diagnostics);
  for (const ExpectConfig& expect : test.expect) check_values(expect, files, diagnostics);
}

/// Knows one sort of name and tells what is not among them.
struct Names {
  std::string_view what;
  config::CodeName code;
  std::vector<std::string_view> known;
  config::Diagnostics& diagnostics;

  void check(const std::string& name, const Mark& mark) const {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    const std::string_view near = did_you_mean(name, known);
    std::string hint = near.empty() ? "" : "did you mean `" + std::string(near) + "`?";
    if (near.empty()) {
      for (const std::string_view one : known)
        hint += (hint.empty() ? "" : ", ") + std::string(one);
      hint = known.empty() ? "the configuration has none" : "there are: " + hint;
    }
    diagnostics.error(code, mark, "unknown " + std::string(what) + " `" + name + "`", hint);
  }
  void check_keys(const Node* map) const {
    if (!map || !map->is_map()) return;
    for (const Node& child : map->children) check(child.key, child.key_mark);
  }
  void check_all(const std::vector<config::Located<std::string>>& names) const {
    for (const auto& [name, mark] : names) check(name, mark);
  }
};

Suite suite_of(const std::string& path, Node root, config::Files& files,
               config::Diagnostics& diagnostics) {
  Suite suite;
  suite.path = path;
  suite.root = std::move(root);
  suite.holds_configuration = is_configuration(suite.root);
  if (suite.holds_configuration) {
    suite.config = {path};
    std::erase_if(suite.root.children, [](const Node& child) { return child.key != "tests"; });
  }
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = tmpl::event_environment(),
                               .options = {.is_offline = true}};
  TestFile file;
  const config::Part part{&config::struct_info<TestFile>(), &file};
  config::parse_parts(suite.root, {&part, 1}, context);
  for (const config::Path& one : file.config) suite.config.push_back(one.text);
  suite.tests = std::move(file.tests);
  for (const TestConfig& test : suite.tests) check_test(test, files, diagnostics);
  return suite;
}

void check_unmatched(const Node& node, const Names& rules) {
  if (node.is_map()) return rules.check_keys(&node);
  if (node.is_null()) return;
  for (const Node& item : items(&node)) {
    if (item.is_scalar())
      rules.check(item.text, item.mark);
    else
      rules.diagnostics.error("wrong-type", item.place(),
                              "expected the name of a rule, found " + std::string(item.described()),
                              "write a list of names, or a map from names to parts of `when`");
  }
}

}  // namespace

bool is_configuration(const Node& root) {
  return root.find("entries") || root.find("exits") || root.find("rules");
}

std::vector<std::string> suite_paths(std::span<const std::string> paths, Disk& disk) {
  std::vector<std::string> all;
  for (const std::string& path : paths) {
    const std::size_t before = all.size();
    for (std::string& file : config::yaml_paths({&path, 1}, disk)) {
      const bool is_suite = file.ends_with(".test.yaml") || file.ends_with(".test.yml");
      if (file == path || is_suite) all.push_back(std::move(file));
    }
    if (all.size() == before) all.push_back(path);
  }
  return all;
}

std::optional<Suite> read_suite(const std::string& path, Disk& disk, config::Files& files,
                                config::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.count(config::Severity::kError);
  std::vector<Node> roots = config::read_yaml_files({&path, 1}, disk, files, diagnostics);
  if (roots.empty() || diagnostics.count(config::Severity::kError) > errors) return std::nullopt;
  return suite_of(path, std::move(roots.front()), files, diagnostics);
}

std::optional<Suite> read_suite_text(const std::string& path, const std::string& text,
                                     config::Files& files, config::Diagnostics& diagnostics) {
  auto root = config::read_yaml(files, files.add(path, text), diagnostics);
  if (!root || diagnostics.has_errors()) return std::nullopt;
  return suite_of(path, *std::move(root), files, diagnostics);
}

void check_names(const Suite& suite, const pipeline::Settings& settings,
                 config::Diagnostics& diagnostics) {
  Names entries{"entry", "unknown-entry", {}, diagnostics};
  for (const auto& entry : settings.entries) entries.known.push_back(entry.name);
  entries.known.push_back(pipeline::kSelfEntry);
  Names exits{"exit", "unknown-exit", {}, diagnostics};
  for (const auto& exit : settings.exits) exits.known.push_back(exit.name);
  Names rules{"rule", "bad-value", {}, diagnostics};
  for (const rules::Rule& rule : settings.ruleset->rules()) rules.known.push_back(rule.label);

  const std::span<const Node> tests = items(suite.root.find("tests"));
  for (std::size_t i = 0; i < std::min(suite.tests.size(), tests.size()); ++i) {
    const TestConfig& test = suite.tests[i];
    if (!test.entry.value.empty()) entries.check(test.entry.value, test.entry.mark);
    const std::span<const Node> expects = items(tests[i].find("expect"));
    for (std::size_t j = 0; j < std::min(test.expect.size(), expects.size()); ++j) {
      const ExpectConfig& expect = test.expect[j];
      if (expect.exits) exits.check_all(*expect.exits);
      exits.check_keys(expects[j].find("decided_by"));
      exits.check_keys(expects[j].find("requests"));
      rules.check_all(expect.rules);
      for (const auto& [exit, rule] : expect.decided_by) rules.check(rule.value, rule.mark);
      check_unmatched(expect.not_matched, rules);
    }
  }
}

}  // namespace tt::rehearse
