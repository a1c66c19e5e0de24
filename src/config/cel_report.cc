// Places what CEL and templates say about their text into the file.
// SPDX-License-Identifier: Apache-2.0
#include "config/cel_report.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/template_report.h"
#include "config/traps.h"

namespace tt::config {
namespace {

CodeName code_of(std::string_view code) {
  if (code == "syntax" || code == "macro") return "cel-syntax";
  if (code == "severity-order") return "cel-severity-order";
  if (code == "absent-field") return "cel-absent";
  if (code == "result-type") return "cel-not-bool";
  if (code == "template") return "template-syntax";
  return "cel-type";
}

void report(std::string_view code, bool is_warning, const Mark& mark, const std::string& text,
            const std::string& hint, ParseContext& context) {
  if (is_warning)
    context.diagnostics.warning(code_of(code), mark, text, hint);
  else
    context.diagnostics.error(code_of(code), mark, text, hint);
}

bool is_cel_scalar(const Node& node, ParseContext& context) {
  if (node.is_scalar()) return true;
  if (!report_hole_or_comment(node, context.files, context.diagnostics))
    context.diagnostics.error("wrong-type", node.place(),
                              "expected a CEL expression, found " + std::string(node.described()),
                              "write it in quotes: 'event.kind == \"...\"'");
  return false;
}

}  // namespace

void report_cel(const cel::Diagnostic& found, const Node& scalar, std::size_t begin,
                ParseContext& context) {
  const Mark mark =
      mark_inside(context.files, scalar, begin + static_cast<std::size_t>(std::max(found.begin, 0)),
                  static_cast<std::size_t>(std::max(found.length, 1)));
  report(found.code, found.severity == cel::Severity::kWarning, mark, found.text, found.hint,
         context);
}

void report_template(const tmpl::TemplateError& error, const Node& scalar, std::size_t begin,
                     ParseContext& context) {
  report(error.code, error.is_warning,
         mark_inside(context.files, scalar, begin + error.begin, error.length), error.text,
         error.hint, context);
}

std::shared_ptr<const cel::Program> compile_scalar(const Node& scalar, ParseContext& context,
                                                   std::optional<cel::Type> result) {
  if (!is_cel_scalar(scalar, context)) return nullptr;
  if (!check_traps(scalar, TrapTarget::kCel, context.files, context.diagnostics)) return nullptr;
  cel::CompileOptions options;
  options.result = std::move(result);
  cel::Compiled compiled = cel::compile(scalar.text, context.environment, options);
  for (const cel::Diagnostic& d : compiled.diagnostics) report_cel(d, scalar, 0, context);
  return std::move(compiled.program);
}

std::optional<tmpl::Template> parse_template(const Node& scalar, std::size_t begin,
                                             std::string_view text, ParseContext& context) {
  std::vector<tmpl::TemplateError> errors;
  tmpl::Template parsed = tmpl::Template::parse(text, context.environment, errors);
  bool is_good = true;
  for (const tmpl::TemplateError& error : errors) {
    report_template(error, scalar, begin, context);
    is_good = is_good && error.is_warning;
  }
  if (!is_good) return std::nullopt;
  return parsed;
}

namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// True when `name` stands in the text as a word of its own, not as a member (`x.name`) and not in a
// string. Good enough to order definitions; CEL itself judges them.
bool mentions(std::string_view text, std::string_view name) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == quote)
        quote = 0;
      continue;
    }
    if (text[i] == '"' || text[i] == '\'') quote = text[i];
    if (text.substr(i, name.size()) != name) continue;
    const bool is_start = i == 0 || (!is_name_byte(text[i - 1]) && text[i - 1] != '.');
    const std::size_t end = i + name.size();
    if (is_start && (end >= text.size() || !is_name_byte(text[end]))) return true;
  }
  return false;
}

constexpr std::size_t kLetsMax = 1000;  // Ordering them takes quadratic time and some stack.

struct Lets {
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  const Node& map;
  tmpl::EventEnvironment& environment;
  ParseContext& context;
  std::vector<State> states;
  std::vector<std::string> names;

  // False when the definition leads back to one that is still open.
  bool add(std::size_t index) {
    const Node& node = map.children[index];
    if (states[index] == State::kDone) return true;
    if (states[index] == State::kOpen) {
      context.diagnostics.error("let-cycle", node.key_mark,
                                "`" + node.key + "` is defined by itself");
      return false;
    }
    states[index] = State::kOpen;
    bool is_good = true;
    for (std::size_t other = 0; other < map.children.size() && is_good; ++other)
      if (node.is_scalar() && mentions(node.text, map.children[other].key)) is_good = add(other);
    states[index] = State::kDone;
    if (!is_good) return false;
    if (auto program = compile_scalar(node, context, std::nullopt)) {
      environment.environment().add_definition(node.key, std::move(program));
      names.push_back(node.key);
    }
    return true;
  }
};

bool is_let_name(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') && name != "event" && name != "meta" &&
         std::all_of(name.begin(), name.end(), is_name_byte);
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
  Lets lets{map, environment, context, {}, {}};
  lets.states.resize(map.children.size());
  for (std::size_t i = 0; i < map.children.size(); ++i) {
    if (is_let_name(map.children[i].key)) {
      lets.add(i);
      continue;
    }
    context.diagnostics.error("bad-value", map.children[i].key_mark,
                              "`" + map.children[i].key + "` cannot be the name of a `let`",
                              "use letters, digits and `_`; `event` and `meta` are taken");
  }
  return lets.names;
}

}  // namespace tt::config
