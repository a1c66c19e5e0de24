// TypeInfo and FieldInfo: what parsing, schema, docs and redaction know of an option, type-erased.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"

namespace tt::config {

struct ParseContext;
struct StructInfo;

enum class Form : std::uint8_t { kLeaf, kEnum, kOptional, kList, kMap, kStruct, kLocated };

/// A word of an enum and its number.
struct EnumWord {
  std::string_view word;
  std::int64_t value;
};

/// How one C++ type is read from a Node and shown. One static object a type, made by Kind<T>;
/// pointers `void*` are to that type.
struct TypeInfo {
  Form form = Form::kLeaf;
  std::string_view name;    ///< For docs: "text", "duration", "list of ...".
  std::string_view schema;  ///< Leaves: JSON Schema text.
  bool is_secret = false;
  bool is_template = false;
  bool is_text = false;      ///< A scalar is taken as text: the YAML traps are looked for.
  bool takes_maps = false;   ///< A leaf that reads maps itself (secrets, JSON trees).
  bool is_raw = false;       ///< A leaf that takes any Node as it is.
  bool has_members = false;  ///< A leaf whose maps may have a member `env` of their own.

  /// Leaves: fills `value`; false when it reported an error.
  bool (*read)(const Node& node, void* value, ParseContext& context) = nullptr;
  /// Leaves: JSON text of the value, redacted.
  void (*show)(const void* value, std::string& out) = nullptr;
  /// Leaves with an order: for minimum and maximum (nanoseconds, bytes, per second).
  double (*number)(const void* value) = nullptr;
  std::string (*show_number)(double number) = nullptr;
  /// Templates: compiles a default (Template::bind).
  void (*bind)(void* value, const ParseContext& context) = nullptr;
  /// Leaves: true when the value is the empty one.
  bool (*is_empty)(const void* value) = nullptr;

  // Enums.
  std::span<const EnumWord> words = {};
  void (*set_word)(void* value, std::int64_t number) = nullptr;
  std::int64_t (*get_word)(const void* value) = nullptr;

  // Optional, list, map, located: the inner type, and access to the items. `add` gives the new
  // item (a map's under `key`); `clear` empties; `item` gives null past the end.
  const TypeInfo& (*inner)() = nullptr;
  void* (*add)(void* container, std::string_view key) = nullptr;
  void (*clear)(void* container) = nullptr;
  const void* (*item)(const void* container, std::size_t index, std::string_view* key) = nullptr;
  void (*set_mark)(void* value, const Mark& mark) = nullptr;

  // Structs.
  const StructInfo& (*members)() = nullptr;
};

/// The type of the value itself, behind what may wrap it: optional and located.
inline const TypeInfo& unwrapped(const TypeInfo& type) {
  const TypeInfo* at = &type;
  while (at->form == Form::kOptional || at->form == Form::kLocated) at = &at->inner();
  return *at;
}

/// One option of a struct. Copies are cheap; texts are string literals.
struct FieldInfo {
  std::string_view name;
  std::string_view doc;
  std::string_view sample = {};        ///< An example value, as YAML.
  std::string_view default_text = {};  ///< Said in the docs instead of the member's default.
  std::string_view replaced_by = {};   ///< Deprecated: what to write instead.
  const TypeInfo& (*type)() = nullptr;
  std::size_t position = 0;             ///< Of the member inside its struct, in bytes.
  const void* default_value = nullptr;  ///< The member of C{}; lives as long as the process.
  bool is_required = false;
  bool is_advanced = false;  ///< Left out of the short docs.
  bool is_inlined = false;   ///< Its struct's options stand beside the others.
  bool must_not_be_empty = false;
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
};

/// One struct with a field table.
struct StructInfo {
  std::string_view type_name;  ///< C::kTypeName, for $defs of the schema; may be empty.
  std::vector<FieldInfo> fields;
  const void* defaults = nullptr;                ///< A C{}; lives as long as the process.
  Status (*check)(const void* value) = nullptr;  ///< C::check, or null.
  void (*set_mark)(void* value, const Mark& mark) = nullptr;  ///< Fills C::mark, or null.
  /// C::kShortForm: a scalar or list stands for the option of this name; may be empty.
  std::string_view short_form;
};

}  // namespace tt::config
