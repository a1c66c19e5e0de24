// Builds the tree of a checked value, level by level as it stands in the text.
// SPDX-License-Identifier: Apache-2.0
#include "event/json_value.h"

#include <algorithm>
#include <numeric>

namespace tt::event {
namespace {

// Below it comparing every pair is cheaper than sorting.
constexpr std::size_t kPairwiseMax = 12;

FieldType type_of_first(char first) {
  switch (first) {
    case '{':
      return FieldType::kObject;
    case '[':
      return FieldType::kArray;
    case '"':
      return FieldType::kString;
    case 't':
      return FieldType::kTrue;
    case 'f':
      return FieldType::kFalse;
    case 'n':
      return FieldType::kNull;
    default:
      return FieldType::kNumber;
  }
}

}  // namespace

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
                      .name_bytes = static_cast<std::uint32_t>(name.size() - 2)});
    (last ? nodes_[last].next : nodes_[node].first_child) = child;
    last = child;
    i = read_value(i + 2, child);
    if (tokens_.first(i) == ',') ++i;
  }
  if (members > 1) merge_duplicates(node);
  return i + 1;
}

std::size_t ValueTree::read_array(std::size_t i, std::uint32_t node) {
  std::size_t probe = i;
  while (tokens_.first(probe) != ']' && tokens_.first(probe) != '{' && tokens_.first(probe) != '[') {
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

bool ValueTree::has_same_name(const Node& a, const Node& b) const {
  const auto x = tokens_.text.substr(a.name_begin, a.name_bytes);
  const auto y = tokens_.text.substr(b.name_begin, b.name_bytes);
  if (x == y) return true;
  if (x.find('\\') == x.npos && y.find('\\') == y.npos) return false;
  return unescape(x) == unescape(y);
}

// Of members with one name the first takes the value of the last, and the others leave the list.
void ValueTree::merge_duplicates(std::uint32_t object) {
  std::vector<std::uint32_t> members;
  for (std::uint32_t m = nodes_[object].first_child; m; m = nodes_[m].next) members.push_back(m);
  std::vector<std::uint32_t> first_of(members.size());
  std::iota(first_of.begin(), first_of.end(), 0u);
  if (members.size() <= kPairwiseMax) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t k = 0; k < i && first_of[i] == i; ++k) {
        if (has_same_name(nodes_[members[k]], nodes_[members[i]])) first_of[i] = first_of[k];
      }
    }
  } else {
    // Sorting, not hashing: nobody can choose names that make it slow.
    std::vector<std::pair<std::string, std::uint32_t>> names;
    names.reserve(members.size());
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const Node& node = nodes_[members[i]];
      names.emplace_back(unescape(tokens_.text.substr(node.name_begin, node.name_bytes)), i);
    }
    std::sort(names.begin(), names.end());
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i].first == names[i - 1].first) {
        first_of[names[i].second] = first_of[names[i - 1].second];
      }
    }
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
