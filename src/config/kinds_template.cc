// Kinds of options that hold CEL: Expression, Template, JsonTemplate.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/text.h"
#include "config/cel_report.h"
#include "config/parse.h"
#include "config/template_report.h"
#include "config/traps.h"

namespace tt::config {
namespace {

bool read_expression(const Node& node, void* value, ParseContext& context) {
  auto& out = *static_cast<Expression*>(value);
  out.program = compile_scalar(node, context, cel::Type::boolean());
  if (!out.program) return false;
  out.text = node.text;
  out.node = node;
  return true;
}

bool read_template(const Node& node, void* value, ParseContext& context) {
  if (!node.is_scalar()) {
    if (!report_hole_or_comment(node, context.files, context.diagnostics))
      context.diagnostics.error("wrong-type", node.place(),
                                "expected a template, found " + std::string(node.described()));
    return false;
  }
  if (!check_traps(node, TrapTarget::kTemplate, context.files, context.diagnostics)) return false;
  auto parsed = parse_template(node, 0, node.text, context);
  if (!parsed) return false;
  *static_cast<tmpl::Template*>(value) = *std::move(parsed);
  return true;
}

bool is_octal_like(const Node& node) {
  std::string_view t = node.text;
  if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
  return node.is_plain() && t.size() > 1 && t[0] == '0' &&
         t.find_first_not_of("0123456789") == std::string_view::npos;
}

// Where types count, words that YAML readers disagree on are pointed out.
void warn_typed(const Node& node, ParseContext& context) {
  const std::string word = to_lower(node.text);
  if (node.is_plain() && (word == "yes" || word == "no" || word == "on" || word == "off"))
    context.diagnostics.warning(
        "yaml-bool-word", node.mark,
        "`" + node.text + "` is text here, but other YAML readers take it for a boolean",
        "write " + quoted(node.text) + " for the text, or `true` or `false`");
  else if (is_plain_number(node) && node.text.find('.') != std::string::npos &&
           node.text.back() == '0')
    context.diagnostics.warning(
        "yaml-number-text", node.mark,
        "`" + node.text + "` is a number here, which may lose its last zero",
        "write " + quoted(node.text) + " if it is a text such as a version");
}

bool read_tree(const Node& given, tmpl::JsonTree& tree, ParseContext& context) {
  using Kind = tmpl::JsonTree::Kind;
  Node storage;
  const Node* resolved = resolve_reference(given, /*needs_default=*/true, storage, context);
  const Node& node = resolved ? *resolved : given;
  bool is_true = false;
  switch (node.kind) {
    case NodeKind::kNull:
      return !report_hole_or_comment(node, context.files, context.diagnostics);
    case NodeKind::kList:
    case NodeKind::kMap:
      break;
    case NodeKind::kScalar:
      if (!check_traps(node, TrapTarget::kTemplate, context.files, context.diagnostics))
        return false;
      if (is_octal_like(node)) {
        context.diagnostics.error(
            "yaml-octal", node.place(),
            "`" + node.text + "` is octal for some YAML readers and decimal for others",
            "write " + quoted(node.text) + " for the text, or the number without the zero");
        return false;
      }
      warn_typed(node, context);
      tree.text = node.text;
      if (is_plain_bool(node, is_true))
        tree.kind = is_true ? Kind::kTrue : Kind::kFalse;
      else
        tree.kind = is_plain_number(node) ? Kind::kNumber : Kind::kText;
      if (tree.kind == Kind::kNumber && tree.text[0] == '+') tree.text.erase(0, 1);
      return true;
  }
  if (report_hole_or_comment(node, context.files, context.diagnostics)) return false;
  tree.kind = node.is_list() ? Kind::kList : Kind::kMap;
  bool is_good = true;
  for (const Node& child : node.children) {
    if (child.key.find("{{") != std::string::npos) {
      context.diagnostics.error("template-not-allowed", child.key_mark,
                                "names of a JSON body take no holes", "put the hole into a value");
      is_good = false;
    }
    auto& [name, branch] = tree.children.emplace_back();
    name = child.key;
    is_good = read_tree(child, branch, context) && is_good;
  }
  return is_good;
}

// The scalar that a mistake's path leads to.
const Node& leaf_at(const Node& root, const std::vector<std::size_t>& path) {
  const Node* at = &root;
  for (std::size_t index : path)
    if (index < at->children.size()) at = &at->children[index];
  return *at;
}

bool read_json(const Node& node, void* value, ParseContext& context) {
  tmpl::JsonTree tree;
  bool is_good = read_tree(node, tree, context);
  std::vector<tmpl::JsonTemplateError> errors;
  tmpl::JsonTemplate parsed = tmpl::JsonTemplate::parse(tree, context.environment, errors);
  for (const tmpl::JsonTemplateError& error : errors) {
    report_template(error.error, leaf_at(node, error.path), 0, context);
    is_good = is_good && error.error.is_warning;
  }
  if (is_good) *static_cast<tmpl::JsonTemplate*>(value) = std::move(parsed);
  return is_good;
}

}  // namespace

const TypeInfo& Kind<Expression>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "CEL expression";
    i.schema = R"({"type":["string","boolean"]})";
    i.takes_maps = true;  // So that `{{ x }}` gets its own words.
    i.read = &read_expression;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const Expression*>(v)->text);
    };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<tmpl::Template>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "template";
    i.schema = R"({"type":["string","number","boolean"]})";
    i.is_template = true;
    i.takes_maps = true;
    i.read = &read_template;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const tmpl::Template*>(v)->text());
    };
    i.is_empty = [](const void* v) { return static_cast<const tmpl::Template*>(v)->empty(); };
    i.bind = [](void* v, const ParseContext& c) {
      static_cast<tmpl::Template*>(v)->bind(c.environment);
    };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<tmpl::JsonTemplate>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "JSON with holes";
    i.schema = "true";
    i.is_template = true;
    i.takes_maps = true;
    i.has_members = true;
    i.read = &read_json;
    i.show = [](const void* v, std::string& out) {
      out += static_cast<const tmpl::JsonTemplate*>(v)->as_written();
    };
    i.is_empty = [](const void* v) { return static_cast<const tmpl::JsonTemplate*>(v)->empty(); };
    i.bind = [](void* v, const ParseContext& c) {
      static_cast<tmpl::JsonTemplate*>(v)->bind(c.environment);
    };
    return i;
  }();
  return made;
}

}  // namespace tt::config
