// Recursion over the syntax tree of a condition: what is worth showing, and what it gave.
// SPDX-License-Identifier: Apache-2.0
#include "rules/explain_parts.h"

#include "base/text.h"
#include "base/utf8.h"

namespace tt::rules {
namespace {

using cel::Expr;
using cel::ExprKind;

/// The name at the beginning of `a.b.?c`; null where a selection begins with anything else.
const Expr* chain_begin(const Expr& expr) {
  const Expr* at = &expr;
  while (at->kind == ExprKind::kSelect) at = at->children[0];
  return at->kind == ExprKind::kName ? at : nullptr;
}

/// `event.a.b`, which is read and not computed.
bool is_field(const Expr& expr, const cel::Environment& environment) {
  const Expr* begin = expr.kind == ExprKind::kSelect ? chain_begin(expr) : nullptr;
  return begin && environment.find_record(begin->name);
}

/// Children that stand alone and tell how the value of `expr` came about. Bodies of folds and binds
/// have names of their own; inside of `event.a.b` there is nothing to see.
std::vector<const Expr*> telling_children(const Expr& expr, const cel::Environment& environment) {
  switch (expr.kind) {
    case ExprKind::kCall:
    case ExprKind::kList:
    case ExprKind::kMap:
      return expr.children;
    case ExprKind::kSelect:
      if (is_field(expr, environment)) return {};
      return {expr.children[0]};
    case ExprKind::kFold:
    case ExprKind::kBind:
    case ExprKind::kUnwrap:
      return {expr.children[0]};
    default:
      return {};
  }
}

std::string_view text_of(const cel::Program& whole, const Expr& part) {
  return std::string_view(whole.text())
      .substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.length));
}

}  // namespace

std::string cut_text(std::string_view text) {
  if (text.size() <= kTraceTextMax) return std::string(text);
  return std::string(clip_bytes(text, kTraceTextMax)) + "...";
}

std::string cut_json(std::string_view json) {
  return json.size() <= kTraceTextMax ? std::string(json) : json_string(cut_text(json));
}

std::vector<OperandTrace> PartTracer::operands(const Rule& rule) {
  left_of_when_ = kPartsOfWhenMax;
  std::vector<OperandTrace> traces;
  for (const Conjunct& conjunct : rule.conjuncts) {
    const std::string_view text = rule.when.program->text();
    OperandTrace& made = traces.emplace_back();
    static_cast<PartTrace&>(made) =
        trace(*conjunct.program, text.substr(conjunct.begin, conjunct.length));
    for (const cel::FieldUse& use : conjunct.program->fields()) {
      const bool is_event = use.record == tmpl::kEventRecord;
      const auto& layout = is_event ? environment_.event_layout() : environment_.meta_layout();
      const cel::Value field = scope_.field(use.record, use.slot);
      made.fields.emplace_back((is_event ? "event." : "meta.") + layout.name_of(use.slot),
                               field.is_absent()  ? "absent"
                               : field.is_error() ? std::string(field.error_text())
                                                  : cut_json(cel::to_json_text(field)));
    }
  }
  return traces;
}

PartTrace PartTracer::trace(const cel::Program& part, std::string_view text) {
  PartTrace made;
  made.text = cut_text(text);
  evaluate(part, made);
  const Expr& root = part.ast().root();
  const auto* definition = root.kind == ExprKind::kName
                               ? environment_.environment().find_definition(root.name)
                               : nullptr;
  if (!definition) {
    made.parts = parts_of(part);
    return made;
  }
  const cel::Program& meant = **definition;
  made.definition = cut_text(meant.text());
  made.parts = parts_of(meant);
  // `let: {level: event.severity}`: the one part is the whole of it.
  if (is_field(meant.ast().root(), environment_.environment()) && take_part())
    made.parts.push_back(trace(meant, meant.text()));
  return made;
}

void PartTracer::evaluate(const cel::Program& part, PartTrace& trace) const {
  const cel::Value value = part.evaluate(scope_);
  if (is_field(part.ast().root(), environment_.environment()) && part.fields().size() == 1) {
    const cel::FieldUse use = part.fields().front();
    trace.is_absent = scope_.field(use.record, use.slot).is_absent();
  }
  if (!value.is_error())
    trace.value = cut_json(cel::to_json_text(value));
  else
    trace.error = cut_text(value.error_text());
}

std::vector<PartTrace> PartTracer::parts_of(const cel::Program& whole) {
  const Expr& root = whole.ast().root();
  std::vector<PartTrace> parts;
  if (root.kind == ExprKind::kCall && root.name == cel::op::kConditional) {
    add_part(whole, *root.children[0], parts);
    if (parts.empty()) return parts;
    if (parts[0].is_true()) add_part(whole, *root.children[1], parts);
    if (parts[0].is_false()) add_part(whole, *root.children[2], parts);
    return parts;
  }
  for (const Expr* child : telling_children(root, environment_.environment()))
    add_part(whole, *child, parts);
  return parts;
}

void PartTracer::add_part(const cel::Program& whole, const Expr& child,
                          std::vector<PartTrace>& parts) {
  if (child.kind == ExprKind::kLiteral || !take_part()) return;
  // `event` alone would be the whole event; the name in `math.abs(x)` is no value.
  if (child.kind == ExprKind::kName && environment_.environment().find_record(child.name)) return;
  const cel::Compiled compiled =
      cel::compile(text_of(whole, child), environment_.environment(), {.shares = false});
  if (!compiled.ok() || compiled.program->constant()) return;
  parts.push_back(trace(*compiled.program, text_of(whole, child)));
}

bool PartTracer::take_part() {
  if (left_of_when_ == 0 || left_of_event_ == 0) return false;
  --left_of_when_;
  --left_of_event_;
  return true;
}

}  // namespace tt::rules
