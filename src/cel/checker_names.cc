// What the checker says of names, functions and members that do not exist.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "cel/checker.h"
#include "cel/checker_words.h"
#include "cel/dialects.h"

namespace tt::cel {
namespace {

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.';
  });
}

/// `event.kind` when a record has a field `kind`; else empty.
std::string with_record(std::string_view name, const Environment& environment) {
  for (const std::string_view record_name : environment.names()) {
    const auto* record = environment.find_record(record_name);
    if (!record) continue;
    const auto known = record->schema->known_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    return record->name + "." + std::string(name);
  }
  return {};
}

std::string did_you(std::string_view near) {
  return near.empty() ? "" : "did you mean '" + std::string(near) + "'?";
}

}  // namespace

std::string field_text(const std::string& record, const std::string& dotted_name) {
  if (is_plain_name(dotted_name)) return record + "." + dotted_name;
  return record + "[" + json_string(dotted_name) + "]";
}

std::string Checker::text_of(const Expr& expr) const {
  return ast_.text().substr(static_cast<std::size_t>(expr.begin),
                            static_cast<std::size_t>(expr.length));
}

Type Checker::report_unknown_name(const Expr& expr) {
  reference(expr).kind = Reference::Kind::kUnknown;
  auto names = environment_.names();
  for (const Local& local : locals_) names.push_back(local.name);
  // A field without its record is the commonest slip: `kind` for `event.kind`.
  std::string hint = did_you(with_record(expr.name, environment_));
  if (hint.empty()) hint = did_you(did_you_mean(expr.name, names));
  if (hint.empty()) hint = hint_for_name(expr.name);
  if (hint.empty() && expr.rooted && environment_.find_record("event")) {
    hint = "the fields of an event are written event." + expr.name;
  }
  report(Severity::kError, "unknown-name", expr.begin, expr.length,
         "unknown name '" + expr.name + "'", std::move(hint));
  return Type::error();
}

void Checker::suggest_quotes(const Expr& value) {
  for (const Expr* child : value.children) {
    if (child->kind == ExprKind::kList) suggest_quotes(*child);
    if (child->kind != ExprKind::kName || reference(*child).kind != Reference::Kind::kUnknown)
      continue;
    for (Diagnostic& found : out_.diagnostics) {
      if (found.code != "unknown-name" || found.begin != child->begin || !found.hint.empty())
        continue;
      found.hint = "texts stand in quotes: " + json_string(child->name);
    }
  }
}

Type Checker::report_unknown_function(const Expr& expr) {
  const std::string_view usage = usage_of_macro(expr.name);
  if (!usage.empty()) {
    report(Severity::kError, "unknown-function", expr.mark, static_cast<int>(expr.name.size()),
           "found " + expr.name + "() with other arguments than it takes", std::string(usage));
    return Type::error();
  }
  std::string hint(hint_for_function(expr.name));
  if (hint.empty()) hint = did_you(did_you_mean(expr.name, environment_.function_names()));
  report(Severity::kError, "unknown-function", expr.mark, static_cast<int>(expr.name.size()),
         "unknown function '" + expr.name + "'", std::move(hint));
  return Type::error();
}

bool Checker::refuse_step_below(const Path& path, const Expr& expr) {
  for (std::size_t dot = path.name.find('.'); dot != std::string::npos;
       dot = path.name.find('.', dot + 1)) {
    const std::string above = path.name.substr(0, dot);
    const auto field = path.record->schema->field(above);
    if (!field || field->type.is_dyn()) continue;
    const std::string step = path.name.substr(dot + 1);
    // A sender may well have `host.name` or `host.count` in the place of a text `host`.
    if (field->type.is(TypeKind::kString) && step != "length") continue;
    const std::string text = field_text(path.record->name, above);
    std::string hint = hint_for_step(step, text, field->type);
    if (hint.empty()) continue;
    report(Severity::kError, "type", expr.mark, 1,
           "found a field '" + step + "' of " + spoken(field->type) + " '" + text +
               "', which has no fields",
           std::move(hint))
        .length = std::max(1, expr.begin + expr.length - expr.mark);
    return true;
  }
  return false;
}

}  // namespace tt::cel
