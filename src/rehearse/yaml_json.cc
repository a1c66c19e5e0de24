// Walks a tree of YAML and writes JSON.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/yaml_json.h"

#include "base/text.h"
#include "config/traps.h"

namespace tt::rehearse {
namespace {

using config::Node;
using config::NodeKind;

void append_scalar(std::string& out, const Node& node) {
  bool is_true = false;
  if (config::is_plain_bool(node, is_true)) {
    out += is_true ? "true" : "false";
  } else if (config::is_plain_number(node)) {
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

std::string json_of(const config::Node& node) {
  std::string out;
  append(out, node);
  return out;
}

bool check_value(const config::Node& node, const config::Files& files,
                 config::Diagnostics& diagnostics) {
  if (config::report_hole_or_comment(node, files, diagnostics)) return false;
  bool is_true = false;
  if (config::is_plain_bool(node, is_true) || config::is_plain_number(node)) return true;
  if (node.is_scalar())
    return config::check_traps(node, config::TrapTarget::kText, files, diagnostics);
  bool is_good = true;
  for (const Node& child : node.children)
    is_good = check_value(child, files, diagnostics) && is_good;
  return is_good;
}

}  // namespace tt::rehearse
