// Walks a tree of YAML and writes JSON.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "config/node.h"

namespace tt::config {
namespace {

void append_scalar(std::string& out, const Node& node) {
  bool is_true = false;
  if (is_plain_bool(node, is_true)) {
    out += is_true ? "true" : "false";
  } else if (is_plain_number(node)) {
    out += node.text.substr(node.text.starts_with('+') ? 1 : 0);
  } else {
    append_json_string(out, node.text);
  }
}

void append(std::string& out, const Node& node) {
  switch (node.kind) {
    case NodeKind::kNull:
      out += "null";
      return;
    case NodeKind::kScalar:
      return append_scalar(out, node);
    case NodeKind::kList:
    case NodeKind::kMap:
      break;
  }
  out += node.is_list() ? '[' : '{';
  bool is_first = true;
  for (const Node& child : node.children) {
    if (!is_first) out += ',';
    is_first = false;
    if (node.is_map()) {
      append_json_string(out, child.key);
      out += ':';
    }
    append(out, child);
  }
  out += node.is_list() ? ']' : '}';
}

}  // namespace

std::string json_of(const Node& node) {
  std::string out;
  append(out, node);
  return out;
}

}  // namespace tt::config
