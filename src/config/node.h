// Node: our own tree of a YAML text, with everything that diagnostics and trap checks need.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/files.h"

namespace tt::config {

enum class NodeKind : std::uint8_t { kNull, kScalar, kList, kMap };
/// How a scalar is written. Null written as nothing, `~` or `null` is NodeKind::kNull.
enum class Style : std::uint8_t { kPlain, kSingle, kDouble, kLiteral, kFolded };

/// One value. Owns its children; a copy is deep. A scalar's text is kept as written (after the
/// quotes and escapes of its style), types are read only where an option asks for one.
struct Node {
  NodeKind kind = NodeKind::kNull;
  Style style = Style::kPlain;
  bool is_flow = false;       ///< A list or map in brackets, or a value inside one.
  bool has_anchor = false;    ///< `&name` stands before it.
  bool is_hole = false;       ///< A map that `{{ x }}` without quotes made.
  std::string text;           ///< Scalars; for nulls what was written ("", "~", "null").
  std::string tag;            ///< `!name` as written, else empty.
  std::string comment;        ///< A comment that follows on the same line, from its `#`.
  Mark mark;                  ///< Where the value stands (the anchor's target for an alias).
  std::optional<Mark> alias;  ///< Where `*name` stands, when that is how the value came here.
  std::string key;            ///< Its name, when it is a member of a map.
  Mark key_mark;
  std::vector<Node> children;  ///< Items of a list; members of a map, in order.

  bool is_null() const { return kind == NodeKind::kNull; }
  bool is_scalar() const { return kind == NodeKind::kScalar; }
  bool is_list() const { return kind == NodeKind::kList; }
  bool is_map() const { return kind == NodeKind::kMap; }
  bool is_plain() const { return kind == NodeKind::kScalar && style == Style::kPlain; }
  /// Where a person looks first: the alias if there is one, else the value, else the key.
  Mark place() const { return alias ? *alias : mark.known() ? mark : key_mark; }
  /// Member of a map, or null.
  const Node* find(std::string_view name) const;
  /// "null", "text", "number", "true/false", "list" or "map": what a person would call it.
  std::string_view described() const;
};

/// A plain scalar in the forms of the YAML 1.2 core schema, for places that keep types (JSON
/// trees).
bool is_plain_bool(const Node& node, bool& value);  ///< true, True, TRUE, false, False, FALSE.
bool is_plain_number(const Node& node);             ///< A JSON number, after an optional `+`.

/// JSON text on one line. Plain scalars keep their types, numbers their spelling; references and
/// tags mean nothing here.
std::string json_of(const Node& node);

/// The place in the file of byte `begin` of a scalar's text (for positions inside CEL and
/// templates), whatever the scalar's style. Of a part that goes over several lines, what stands on
/// the first is underlined.
Mark mark_inside(const Files& files, const Node& scalar, std::size_t begin, std::size_t length = 1);

}  // namespace tt::config
