// Named expressions (`let`): compiled in the order in which they need each other.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <unordered_map>

#include "cel/ast.h"
#include "cel/lexer.h"
#include "config/cel_report.h"

namespace tt::config {
namespace {

bool is_identifier_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Names that are not variables of a comprehension around them.
void add_free_names(const cel::Expr& expr, std::vector<std::string_view>& bound,
                    std::set<std::string>& names) {
  const bool is_bound = std::find(bound.begin(), bound.end(), expr.name) != bound.end();
  if (expr.kind == cel::ExprKind::kName && (expr.rooted || !is_bound)) names.insert(expr.name);
  const std::size_t before = bound.size();
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    // The first child of what declares variables (a range, a value) does not see them.
    if (i == 1 && !expr.variable.empty()) bound.push_back(expr.variable);
    if (i == 1 && !expr.variable2.empty()) bound.push_back(expr.variable2);
    add_free_names(*expr.children[i], bound, names);
  }
  bound.resize(before);
}

// Empty when the text does not parse: compiling it says why.
std::set<std::string> names_in(const Node& node) {
  std::set<std::string> names;
  const cel::Parsed parsed = node.is_scalar() ? cel::parse(node.text) : cel::Parsed{};
  std::vector<std::string_view> bound;
  if (parsed.ast) add_free_names(parsed.ast->root(), bound, names);
  return names;
}

constexpr std::size_t kLetsMax = 1000;  // Each may stand on the stack while they are ordered.

struct Lets {
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  const Node& map;
  tmpl::EventEnvironment& environment;
  ParseContext& context;
  std::vector<State> states;
  std::vector<std::size_t> open;  ///< The definition being compiled, behind those that need it.
  std::vector<std::string> names;
  std::unordered_map<std::string_view, std::size_t> indexes;  ///< Of the members of `map`.

  void add(std::size_t index) {
    const Node& node = map.children[index];
    if (states[index] == State::kDone) return;
    if (states[index] == State::kOpen) return report_cycle(index);
    states[index] = State::kOpen;
    open.push_back(index);
    for (const std::string& name : names_in(node))
      if (const auto found = indexes.find(name); found != indexes.end()) add(found->second);
    open.pop_back();
    const bool is_in_cycle = states[index] == State::kDone;
    states[index] = State::kDone;
    if (is_in_cycle) return;
    if (auto program = compile_scalar(node, context, std::nullopt)) {
      environment.environment().add_definition(node.key, std::move(program));
      names.push_back(node.key);
    } else {
      declare_broken(node);
    }
  }

  // The mistake was said where it is: those who use the name are not to blame.
  void declare_broken(const Node& node) {
    environment.environment().add_variable(node.key, cel::Type::error());
  }

  // Marks all names of the circle as done, so that each circle is said once.
  void report_cycle(std::size_t index) {
    const auto first = std::find(open.begin(), open.end(), index);
    std::string circle;
    for (auto at = first; at != open.end(); ++at) {
      circle += map.children[*at].key + " -> ";
      if (states[*at] == State::kDone) continue;
      states[*at] = State::kDone;
      declare_broken(map.children[*at]);
    }
    const Node& node = map.children[index];
    Diagnostic& found = context.diagnostics.error(
        "let-cycle", node.key_mark, "`" + node.key + "` is defined by itself: " + circle + node.key,
        "write out one of them without the others");
    if (open.back() == index) return;
    found.related = map.children[open.back()].key_mark;
    found.related_text = "which leads back";
  }
};

bool is_let_name(std::string_view name) {
  constexpr std::string_view kWords[] = {"true", "false", "null", "in"};
  if (cel::is_reserved_word(name) || std::count(std::begin(kWords), std::end(kWords), name) > 0)
    return false;
  return !name.empty() && (name[0] < '0' || name[0] > '9') && name != "event" && name != "meta" &&
         std::all_of(name.begin(), name.end(), is_identifier_byte);
}

}  // namespace

std::vector<std::string> add_lets(const Node& map, tmpl::EventEnvironment& environment,
                                  ParseContext& context) {
  if (!map.is_map()) {
    if (!map.is_null())
      context.diagnostics.error(
          "wrong-type", map.place(),
          "expected a map of names and CEL expressions, found " + std::string(map.described()));
    return {};
  }
  if (map.children.size() > kLetsMax) {
    context.diagnostics.error("bad-value", map.place(),
                              "more than " + std::to_string(kLetsMax) + " names under `let`");
    return {};
  }
  Lets lets{map, environment, context, {}, {}, {}, {}};
  lets.states.resize(map.children.size());
  for (std::size_t i = 0; i < map.children.size(); ++i)
    if (is_let_name(map.children[i].key)) lets.indexes[map.children[i].key] = i;
  for (std::size_t i = 0; i < map.children.size(); ++i) {
    if (is_let_name(map.children[i].key)) {
      lets.add(i);
      continue;
    }
    context.diagnostics.error(
        "bad-value", map.children[i].key_mark,
        "`" + map.children[i].key + "` cannot be the name of a `let`",
        "use letters, digits and `_`; `event`, `meta` and CEL's own words are taken");
  }
  return lets.names;
}

}  // namespace tt::config
