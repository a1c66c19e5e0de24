// Looks into Nodes.
// SPDX-License-Identifier: Apache-2.0
#include "config/node.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::config {

const Node* Node::find(std::string_view name) const {
  if (kind != NodeKind::kMap) return nullptr;
  for (const Node& child : children)
    if (child.key == name) return &child;
  return nullptr;
}

std::string_view Node::described() const {
  bool is_true = false;
  switch (kind) {
    case NodeKind::kNull:
      return "nothing";
    case NodeKind::kList:
      return "a list";
    case NodeKind::kMap:
      return "a map";
    case NodeKind::kScalar:
      break;
  }
  if (is_plain_bool(*this, is_true)) return is_true ? "`true`" : "`false`";
  return is_plain_number(*this) ? "a number" : "text";
}

bool is_plain_bool(const Node& node, bool& value) {
  if (!node.is_plain()) return false;
  const std::string& t = node.text;
  value = t == "true" || t == "True" || t == "TRUE";
  return value || t == "false" || t == "False" || t == "FALSE";
}

bool is_plain_number(const Node& node) {
  if (!node.is_plain()) return false;
  std::string_view t = node.text;
  if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
  const auto digits = [&t] {
    std::size_t n = 0;
    while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
    t.remove_prefix(n);
    return n;
  };
  const bool has_leading_zero = t.size() > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '9';
  if (digits() == 0 || has_leading_zero) return false;
  if (!t.empty() && t[0] == '.') {
    t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (!t.empty() && (t[0] == 'e' || t[0] == 'E')) {
    t.remove_prefix(1);
    if (!t.empty() && (t[0] == '-' || t[0] == '+')) t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return t.empty();
}

}  // namespace tt::config
