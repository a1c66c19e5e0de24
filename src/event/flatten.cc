// Flattening: nested names joined by dots, indexes for arrays that hold containers.
// SPDX-License-Identifier: Apache-2.0
#include "event/flatten.h"

#include <algorithm>

#include "base/text.h"

namespace tt::event {

Status check_tree_limits(const ValueCheck& check, const Limits& limits) {
  const std::size_t depth_max = std::min(limits.depth_max, kTreeDepthMax);
  if (check.depth > depth_max) {
    return reject("nested " + std::to_string(check.depth) + " deep; the limit is " +
                  std::to_string(depth_max));
  }
  if (check.has_lone_surrogate) {
    return reject("a string holds half of a surrogate pair (\\ud800 to \\udfff), which is no text");
  }
  // Every node needs a byte of the event at least.
  if (check.nodes > limits.event_bytes_max) {
    return reject("larger than the limit of " + std::to_string(limits.event_bytes_max) +
                  " bytes an event");
  }
  return {};
}

void Flattener::add(const ValueTree& tree, std::string_view prefix) {
  if (!prefix.empty()) {
    std::string name = json_string(prefix);
    enter(prefix, std::string_view(name).substr(1, name.size() - 2));
  }
  add_value(tree, tree.root());
}

void Flattener::enter(std::string_view key, std::string_view name) {
  if (!is_top_) {
    key_ += '.';
    name_ += '.';
  }
  is_top_ = false;
  key_ += key;
  name_ += name;
}

void Flattener::add_value(const ValueTree& tree, const Node& node) {
  const std::string_view value = text_.substr(node.value_begin, node.value_bytes);
  const Node* child = tree.first_child(node);
  if (!child) {
    const bool is_string = node.type == FieldType::kString;
    const bool is_container = node.type == FieldType::kArray || node.type == FieldType::kObject;
    const auto text = is_string ? text_.substr(node.value_begin - 1, node.value_bytes + 2) : value;
    std::string compact;
    if (is_container) append_compact(compact, text);
    writer_.set(key_, name_, is_container ? compact : text, node.type, EventWriter::Problem::kNone);
    return;
  }
  const std::size_t key_bytes = key_.size();
  const std::size_t name_bytes = name_.size();
  const bool was_top = is_top_;
  for (std::size_t index = 0; child && !writer_.is_too_large_; child = tree.next(*child), ++index) {
    if (node.type == FieldType::kArray) {
      const std::string digits = std::to_string(index);
      enter(digits, digits);
    } else {
      const auto name = text_.substr(child->name_begin, child->name_bytes);
      if (name.find('\\') == name.npos) {
        enter(name, name);
      } else {
        enter(unescape(name), name);
      }
    }
    add_value(tree, *child);
    key_.resize(key_bytes);
    name_.resize(name_bytes);
    is_top_ = was_top;
  }
}

}  // namespace tt::event
