// Builds the tree of a checked value, level by level as it stands in the text.
// SPDX-License-Identifier: Apache-2.0
#include "event/json_value.h"

#include <algorithm>

namespace tt::event {

void ValueTree::build(const Tokens& tokens, std::size_t i) {
  tokens_ = tokens;
  nodes_.assign(1, Node{});
  read_value(i, 0);
}

std::size_t ValueTree::read_value(std::size_t i, std::uint32_t node) {
  const FieldType type = type_of_first(tokens_.first(i));
  const std::uint32_t begin = tokens_.begins[i];
  nodes_[node].type = type;
  std::size_t next = i + 1;
  if (type == FieldType::kObject) next = read_object(i + 1, node);
  if (type == FieldType::kArray) next = read_array(i + 1, node);
  const auto bytes = static_cast<std::uint32_t>(tokens_.end(next - 1) - begin);
  const std::uint32_t quote = type == FieldType::kString ? 1 : 0;
  nodes_[node].value_begin = begin + quote;
  nodes_[node].value_bytes = bytes - 2 * quote;
  return next;
}

std::size_t ValueTree::read_object(std::size_t i, std::uint32_t node) {
  std::uint32_t last = 0;
  std::size_t members = 0;
  for (; tokens_.first(i) != '}'; ++members) {
    const auto child = static_cast<std::uint32_t>(nodes_.size());
    const auto name = tokens_.token(i);
    nodes_.push_back({.name_begin = tokens_.begins[i] + 1,
                      .name_bytes = static_cast<std::uint32_t>(name.size() - 2),
                      .is_name_escaped = name.find('\\') != name.npos});
    (last ? nodes_[last].next : nodes_[node].first_child) = child;
    last = child;
    i = read_value(i + 2, child);
    if (tokens_.first(i) == ',') ++i;
  }
  if (members > 1) merge_duplicates(node, members);
  return i + 1;
}

std::size_t ValueTree::read_array(std::size_t i, std::uint32_t node) {
  std::size_t probe = i;
  while (tokens_.first(probe) != ']' && tokens_.first(probe) != '{' &&
         tokens_.first(probe) != '[') {
    ++probe;
  }
  if (tokens_.first(probe) == ']') return probe + 1;
  nodes_[node].holds_container = true;
  std::uint32_t last = 0;
  while (tokens_.first(i) != ']') {
    const auto child = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    (last ? nodes_[last].next : nodes_[node].first_child) = child;
    last = child;
    i = read_value(i, child);
    if (tokens_.first(i) == ',') ++i;
  }
  return i + 1;
}

bool ValueTree::may_have_duplicates(std::uint32_t object) {
  names_.begin_event();
  for (std::uint32_t m = nodes_[object].first_child; m; m = nodes_[m].next) {
    const Node& member = nodes_[m];
    if (member.is_name_escaped) return true;
    if (!names_.add(tokens_.text.substr(member.name_begin, member.name_bytes))) return true;
  }
  return false;
}

// Of members with one name the first takes the value of the last, and the others leave the list.
void ValueTree::merge_duplicates(std::uint32_t object, std::size_t member_count) {
  if (!may_have_duplicates(object)) return;
  // Sorting, not hashing: nobody can choose names that make it slow.
  std::vector<std::uint32_t> members;
  std::vector<std::pair<std::string, std::uint32_t>> names;
  members.reserve(member_count);
  names.reserve(member_count);
  for (std::uint32_t m = nodes_[object].first_child; m; m = nodes_[m].next) {
    const auto name = tokens_.text.substr(nodes_[m].name_begin, nodes_[m].name_bytes);
    names.emplace_back(unescape(name), static_cast<std::uint32_t>(members.size()));
    members.push_back(m);
  }
  std::sort(names.begin(), names.end());
  std::vector<std::uint32_t> first_of(members.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_again = i > 0 && names[i].first == names[i - 1].first;
    first_of[names[i].second] = is_again ? first_of[names[i - 1].second] : names[i].second;
  }
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    if (first_of[i] == i) {
      if (last) nodes_[last].next = members[i];
      last = members[i];
      continue;
    }
    Node& first = nodes_[members[first_of[i]]];
    const Node& later = nodes_[members[i]];
    first.value_begin = later.value_begin;
    first.value_bytes = later.value_bytes;
    first.first_child = later.first_child;
    first.type = later.type;
    first.holds_container = later.holds_container;
  }
  nodes_[last].next = 0;
}

}  // namespace tt::event
