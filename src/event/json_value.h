// Whole JSON values: checks their grammar, and builds a small tree of those that need flattening.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "event/name_set.h"
#include "event/tokens.h"

namespace tt::event {

struct ValueCheck {
  bool is_json = false;
  bool has_lone_surrogate = false;
  std::size_t next_token = 0;  ///< The token behind the value.
  std::size_t depth = 0;       ///< Brackets around the innermost value; 0 for a scalar.
  std::size_t nodes = 0;       ///< Nodes that a tree of it would have.
};

/// Checks the value that begins at token `i`: brackets, words, escapes. Needs no stack, so depth is
/// bounded by memory alone (one bit a level).
ValueCheck check_value(const Tokens& tokens, std::size_t i);

/// One value of a tree. Positions are in the text; names and strings without their quotes.
struct Node {
  std::uint32_t name_begin = 0, name_bytes = 0;
  std::uint32_t value_begin = 0, value_bytes = 0;
  std::uint32_t first_child = 0;  ///< 0: none. Node 0 is the root and nobody's child.
  std::uint32_t next = 0;         ///< The next sibling, or 0.
  FieldType type = FieldType::kNull;
  bool is_name_escaped = false;
  bool holds_container = false;  ///< An array that holds an object or an array.
};

/// Members of objects keep the first one's place and the last one's value. Children exist for
/// objects and for arrays that hold containers.
class ValueTree {
 public:
  /// `i` begins a value that check_value() found good and not deeper than the stack allows. The
  /// text of the tokens outlives the tree.
  void build(const Tokens& tokens, std::size_t i);
  const Node& root() const { return nodes_[0]; }
  const Node* first_child(const Node& node) const { return at(node.first_child); }
  const Node* next(const Node& node) const { return at(node.next); }

 private:
  const Node* at(std::uint32_t index) const { return index ? &nodes_[index] : nullptr; }
  std::size_t read_value(std::size_t i, std::uint32_t node);
  std::size_t read_object(std::size_t i, std::uint32_t node);
  std::size_t read_array(std::size_t i, std::uint32_t node);
  void merge_duplicates(std::uint32_t object, std::size_t members);
  bool may_have_duplicates(std::uint32_t object);

  Tokens tokens_;
  std::vector<Node> nodes_;
  NameSet& names_ = thread_names();
};

}  // namespace tt::event
