// Macro expansion. Comprehensions stay one node (a fold with its kind) rather than an accumulator
// program: the planner makes a loop of each kind that stops as soon as the answer is known.
// SPDX-License-Identifier: Apache-2.0
#include "cel/macros.h"

#include "cel/parser.h"

namespace tt::cel {
namespace {

struct FoldMacro {
  std::string_view name;
  FoldKind kind;
  std::size_t arguments;  ///< Beside the receiver.
  int variables;
  bool filter;  ///< The argument after the variables is a filter.
};

constexpr FoldMacro kFolds[] = {
    {"all", FoldKind::kAll, 2, 1, false},
    {"all", FoldKind::kAll, 3, 2, false},
    {"exists", FoldKind::kExists, 2, 1, false},
    {"exists", FoldKind::kExists, 3, 2, false},
    {"exists_one", FoldKind::kExistsOne, 2, 1, false},
    {"exists_one", FoldKind::kExistsOne, 3, 2, false},
    {"existsOne", FoldKind::kExistsOne, 2, 1, false},
    {"existsOne", FoldKind::kExistsOne, 3, 2, false},
    {"map", FoldKind::kList, 2, 1, false},
    {"map", FoldKind::kList, 3, 1, true},
    {"filter", FoldKind::kList, 2, 1, true},
    {"transformList", FoldKind::kList, 3, 2, false},
    {"transformList", FoldKind::kList, 4, 2, true},
    {"transformMap", FoldKind::kMap, 3, 2, false},
    {"transformMap", FoldKind::kMap, 4, 2, true},
    {"transformMapEntry", FoldKind::kMapEntry, 3, 2, false},
    {"transformMapEntry", FoldKind::kMapEntry, 4, 2, true},
};

bool is_simple_name(const Expr& expr) { return expr.kind == ExprKind::kName && !expr.rooted; }

const Expr* not_a_name(Parser& parser, const Expr& found) {
  return parser.fail(found.begin, found.length, "macro",
                     "found an expression, expected a simple name for the variable");
}

Expr* like(Parser& parser, ExprKind kind, const Expr& call) {
  return parser.make(kind, call.begin, call.begin + call.length, call.mark);
}

const Expr* expand_has(Parser& parser, const Expr& call) {
  const Expr& field = *call.children[0];
  if (field.kind != ExprKind::kSelect || field.test_only) {
    const bool is_index = field.kind == ExprKind::kCall && field.name == op::kIndex;
    return parser.fail(field.begin, field.length, "macro",
                       "has() takes a field, such as has(event.project)",
                       is_index ? "write \"name\" in event" : "");
  }
  Expr* test = like(parser, ExprKind::kSelect, field);
  test->name = field.name;
  test->optional = field.optional;
  test->test_only = true;
  test->children = field.children;
  return parser.finish(test);
}

const Expr* expand_fold(Parser& parser, const Expr& call, const FoldMacro& macro) {
  const auto& given = call.children;
  const std::size_t variables = static_cast<std::size_t>(macro.variables);
  for (std::size_t i = 1; i <= variables; ++i) {
    if (!is_simple_name(*given[i])) return not_a_name(parser, *given[i]);
  }
  Expr* fold = like(parser, ExprKind::kFold, call);
  fold->fold = macro.kind;
  fold->name = macro.name;
  fold->variable = given[1]->name;
  if (variables == 2) {
    fold->variable2 = given[2]->name;
    if (fold->variable == fold->variable2) {
      return parser.fail(given[2]->begin, given[2]->length, "macro",
                         "both variables are called '" + fold->variable + "'");
    }
  }
  fold->has_filter = macro.filter;
  fold->children = {given[0]};
  for (std::size_t i = 1 + variables; i < given.size(); ++i) fold->children.push_back(given[i]);
  // filter(x, test) keeps the element itself.
  if (macro.name == "filter") fold->children.push_back(given[1]);
  return parser.finish(fold);
}

const Expr* bind(Parser& parser, const Expr& place, std::string variable, const Expr* init,
                 const Expr* body) {
  Expr* expr = like(parser, ExprKind::kBind, place);
  expr->variable = std::move(variable);
  expr->children = {init, body};
  return parser.finish(expr);
}

std::string index_name(std::int64_t index) { return "@index" + std::to_string(index); }

const Expr* expand_block(Parser& parser, const Expr& call) {
  const Expr& slots = *call.children[1];
  if (slots.kind != ExprKind::kList) {
    return parser.fail(slots.begin, slots.length, "macro", "cel.block() takes a list first");
  }
  const Expr* body = call.children[2];
  for (std::size_t i = slots.children.size(); body && i-- > 0;) {
    body = bind(parser, call, index_name(static_cast<std::int64_t>(i)), slots.children[i], body);
  }
  return body;
}

const Expr* expand_slot_name(Parser& parser, const Expr& call) {
  std::string name = call.name == "index" ? "@index" : "@it";
  for (std::size_t i = 1; i < call.children.size(); ++i) {
    if (!call.children[i]->literal.is(Kind::kInt)) return &call;
    if (i > 1) name += ':';
    name += std::to_string(call.children[i]->literal.as_int());
  }
  Expr* expr = like(parser, ExprKind::kName, call);
  expr->name = std::move(name);
  return parser.finish(expr);
}

const Expr* expand_cel(Parser& parser, const Expr& call) {
  const std::size_t count = call.children.size() - 1;
  if (call.name == "bind" && count == 3) {
    const Expr& variable = *call.children[1];
    if (!is_simple_name(variable)) return not_a_name(parser, variable);
    return bind(parser, call, variable.name, call.children[2], call.children[3]);
  }
  if (call.name == "block" && count == 2) return expand_block(parser, call);
  if (call.name == "index" && count == 1) return expand_slot_name(parser, call);
  if (call.name == "iterVar" && count == 2) return expand_slot_name(parser, call);
  return &call;
}

const Expr* expand_extremum(Parser& parser, const Expr& call) {
  const std::size_t count = call.children.size() - 1;
  if (count == 0) {
    return parser.fail(call.begin, call.length, "macro",
                       "math." + call.name + "() takes at least one number");
  }
  if (count < 3) return &call;
  Expr* list = like(parser, ExprKind::kList, call);
  list->children.assign(call.children.begin() + 1, call.children.end());
  list->optional_children.assign(count, false);
  if (!parser.finish(list)) return nullptr;
  Expr* rewritten = parser.make_call(call.name, {call.children[0], list}, call);
  rewritten->member = true;
  return parser.finish(rewritten);
}

const Expr* expand_unwrap(Parser& parser, const Expr& call) {
  const Expr& variable = *call.children[1];
  if (!is_simple_name(variable)) return not_a_name(parser, variable);
  Expr* expr = like(parser, ExprKind::kUnwrap, call);
  expr->flat = call.name == "optFlatMap";
  expr->variable = variable.name;
  expr->children = {call.children[0], call.children[2]};
  return parser.finish(expr);
}

}  // namespace

const Expr* expand_macro(Parser& parser, const Expr* call) {
  if (!call->member) {
    return call->name == "has" && call->children.size() == 1 ? expand_has(parser, *call) : call;
  }
  const Expr& receiver = *call->children[0];
  if (is_simple_name(receiver) && receiver.name == "cel") return expand_cel(parser, *call);
  if (is_simple_name(receiver) && receiver.name == "math" &&
      (call->name == "greatest" || call->name == "least")) {
    return expand_extremum(parser, *call);
  }
  const std::size_t count = call->children.size() - 1;
  for (const FoldMacro& macro : kFolds) {
    if (macro.name == call->name && macro.arguments == count) {
      return expand_fold(parser, *call, macro);
    }
  }
  const bool unwrap = call->name == "optMap" || call->name == "optFlatMap";
  return unwrap && count == 2 ? expand_unwrap(parser, *call) : call;
}

}  // namespace tt::cel
