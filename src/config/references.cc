// Resolves `{env: NAME, default: VALUE}` and turns `-o key=value` pairs into Nodes.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "config/parse.h"
#include "config/yaml_reader.h"

namespace tt::config {
namespace {

std::optional<std::string> variable(const ParseContext& context, const std::string& name) {
  if (context.variable) return context.variable(name);
  const char* text = std::getenv(name.c_str());
  return text ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

const Node* resolve_reference(const Node& node, bool needs_default, Node& storage,
                              ParseContext& context) {
  if (!node.is_map() || node.children.empty() || node.children.size() > 2) return nullptr;
  const Node* name = node.find("env");
  const Node* fallback = node.find("default");
  if (!name || !name->is_scalar() || (node.children.size() == 2 && !fallback) ||
      (needs_default && !fallback))
    return nullptr;
  if (std::optional<std::string> text = variable(context, name->text)) {
    storage.kind = NodeKind::kScalar;
    // Double quotes say that nothing was written that YAML could misread; numbers and booleans are
    // still read from the text where an option asks for them.
    storage.style = Style::kPlain;
    storage.text = *std::move(text);
    storage.key = node.key;
    storage.key_mark = node.key_mark;
    storage.alias = node.place();
    storage.mark = {};
    return &storage;
  }
  if (fallback) return fallback;
  context.diagnostics.error("missing-env", name->mark,
                            "the variable `" + name->text + "` is not set",
                            "set it, or write `{env: " + name->text + ", default: ...}`");
  return &storage;
}

namespace {

// Parses one `-o` value; what is not YAML is taken as plain text.
Node option_value(const std::string& text, ParseContext& context) {
  Node node;
  const bool is_flow =
      !text.empty() && (text[0] == '[' || text[0] == '{') && !text.starts_with("{{");
  if (is_flow) {
    Files files;
    Diagnostics diagnostics;
    const int file = files.add("-o", text);
    if (std::optional<Node> read = read_yaml(files, file, diagnostics);
        read && !diagnostics.has_errors() && !read->is_hole) {
      const int kept = context.files.add("-o", text);
      const auto renumber = [kept](const auto& self, Node& at) -> void {
        at.mark.file = kept;
        at.key_mark.file = kept;
        for (Node& child : at.children) self(self, child);
      };
      renumber(renumber, *read);
      return *std::move(read);
    }
  }
  node.kind = text.empty() || text == "null" || text == "~" ? NodeKind::kNull : NodeKind::kScalar;
  if (text.empty()) {
    node.kind = NodeKind::kScalar;
    node.style = Style::kDouble;
  }
  node.text = text;
  return node;
}

Node& member(Node& map, std::string_view name) {
  for (Node& child : map.children)
    if (child.key == name) return child;
  Node& child = map.children.emplace_back();
  child.key = name;
  return child;
}

}  // namespace

Node node_from_options(std::span<const std::pair<std::string, std::string>> options,
                       ParseContext& context) {
  Node root;
  root.kind = NodeKind::kMap;
  for (const auto& [name, text] : options) {
    Node* at = &root;
    std::string_view rest = name;
    for (std::size_t dot; (dot = rest.find('.')) != std::string_view::npos;) {
      at = &member(*at, rest.substr(0, dot));
      if (!at->is_map()) {
        at->kind = NodeKind::kMap;
        at->children.clear();
      }
      rest.remove_prefix(dot + 1);
    }
    const bool is_repeated = at->find(rest) != nullptr;
    Node& target = member(*at, rest);
    Node value = option_value(text, context);
    if (!is_repeated) {
      value.key = target.key;
      target = std::move(value);
      continue;
    }
    if (!target.is_list()) {
      Node list;
      list.kind = NodeKind::kList;
      list.key = target.key;
      list.children.push_back(std::move(target));
      target = std::move(list);
    }
    target.children.push_back(std::move(value));
  }
  return root;
}

}  // namespace tt::config
