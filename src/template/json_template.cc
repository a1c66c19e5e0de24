// Parses and renders typed trees with holes in their leaves.
// SPDX-License-Identifier: Apache-2.0
#include "template/json_template.h"

#include <utility>

#include "base/text.h"
#include "cel/environment.h"
#include "cel/value.h"

namespace tt::tmpl {

struct JsonTemplate::Branch {
  JsonTree::Kind kind = JsonTree::Kind::kNull;
  std::string name;  // With quotes and colon, ready to copy; empty in lists.
  std::string number;
  Template leaf;
  std::vector<Branch> children;

  static Branch parse(const JsonTree& tree, const cel::Environment& environment,
                      std::vector<std::size_t>& path, std::vector<JsonTemplateError>& errors);
  void render(std::string& out, const cel::Scope& scope, HoleFailures* failures) const;
  void write(std::string& out) const;
  bool is_constant() const;
  void bind(const cel::Environment& environment);
};

JsonTemplate::Branch JsonTemplate::Branch::parse(const JsonTree& tree,
                                                 const cel::Environment& environment,
                                                 std::vector<std::size_t>& path,
                                                 std::vector<JsonTemplateError>& errors) {
  Branch branch;
  branch.kind = tree.kind;
  if (tree.kind == JsonTree::Kind::kNumber) branch.number = tree.text;
  if (tree.kind == JsonTree::Kind::kText) {
    std::vector<TemplateError> found;
    branch.leaf = Template::parse(tree.text, environment, found);
    for (TemplateError& error : found) errors.push_back({path, std::move(error)});
  }
  for (std::size_t i = 0; i < tree.children.size(); ++i) {
    path.push_back(i);
    branch.children.push_back(parse(tree.children[i].value, environment, path, errors));
    path.pop_back();
    if (tree.kind == JsonTree::Kind::kMap)
      branch.children.back().name = json_string(tree.children[i].name) + ":";
  }
  return branch;
}

void JsonTemplate::Branch::render(std::string& out, const cel::Scope& scope,
                                  HoleFailures* failures) const {
  out += name;
  switch (kind) {
    case JsonTree::Kind::kNull:
      out += "null";
      return;
    case JsonTree::Kind::kFalse:
      out += "false";
      return;
    case JsonTree::Kind::kTrue:
      out += "true";
      return;
    case JsonTree::Kind::kNumber:
      out += number;
      return;
    case JsonTree::Kind::kText:
      leaf.render_json(scope, out, failures);
      return;
    case JsonTree::Kind::kList:
    case JsonTree::Kind::kMap:
      break;
  }
  out += kind == JsonTree::Kind::kList ? '[' : '{';
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (i) out += ',';
    children[i].render(out, scope, failures);
  }
  out += kind == JsonTree::Kind::kList ? ']' : '}';
}

void JsonTemplate::Branch::write(std::string& out) const {
  if (kind == JsonTree::Kind::kText) {
    out += name + json_string(leaf.text());
    return;
  }
  if (kind != JsonTree::Kind::kList && kind != JsonTree::Kind::kMap) {
    out += name;
    out += kind == JsonTree::Kind::kNumber  ? number
           : kind == JsonTree::Kind::kTrue  ? "true"
           : kind == JsonTree::Kind::kFalse ? "false"
                                            : "null";
    return;
  }
  out += name;
  out += kind == JsonTree::Kind::kList ? '[' : '{';
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (i) out += ',';
    children[i].write(out);
  }
  out += kind == JsonTree::Kind::kList ? ']' : '}';
}

bool JsonTemplate::Branch::is_constant() const {
  if (kind == JsonTree::Kind::kText && !leaf.is_constant()) return false;
  for (const Branch& child : children)
    if (!child.is_constant()) return false;
  return true;
}

void JsonTemplate::Branch::bind(const cel::Environment& environment) {
  leaf.bind(environment);
  for (Branch& child : children) child.bind(environment);
}

JsonTemplate JsonTemplate::parse(const JsonTree& tree, const cel::Environment& environment,
                                 std::vector<JsonTemplateError>& errors) {
  JsonTemplate made;
  std::vector<std::size_t> path;
  made.root_ = std::make_shared<const Branch>(Branch::parse(tree, environment, path, errors));
  return made;
}

JsonTemplate JsonTemplate::builtin(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Branch root;
  root.kind = JsonTree::Kind::kMap;
  for (const auto& [name, text] : members) {
    Branch& child = root.children.emplace_back();
    child.kind = JsonTree::Kind::kText;
    child.name = json_string(name) + ":";
    child.leaf = Template::builtin(text);
  }
  JsonTemplate made;
  made.root_ = std::make_shared<const Branch>(std::move(root));
  return made;
}

void JsonTemplate::bind(const cel::Environment& environment) {
  if (!root_) return;
  Branch bound = *root_;
  bound.bind(environment);
  root_ = std::make_shared<const Branch>(std::move(bound));
}

bool JsonTemplate::is_constant() const { return !root_ || root_->is_constant(); }

const Template* JsonTemplate::as_template() const {
  return root_ && root_->kind == JsonTree::Kind::kText ? &root_->leaf : nullptr;
}

std::string JsonTemplate::render(const cel::Scope& scope, HoleFailures* failures) const {
  std::string out;
  render_to(out, scope, failures);
  return out;
}

void JsonTemplate::render_to(std::string& out, const cel::Scope& scope,
                             HoleFailures* failures) const {
  if (root_)
    root_->render(out, scope, failures);
  else
    out += "null";
}

std::string JsonTemplate::as_written() const {
  std::string out;
  if (root_)
    root_->write(out);
  else
    out = "null";
  return out;
}

}  // namespace tt::tmpl
