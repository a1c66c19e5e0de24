// What else follows from a field table: JSON Schema, rows of the reference, the redacted dump.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/field.h"
#include "config/kind.h"

namespace tt::config {

/// JSON Schema (draft 2020-12) of the options alone: `"name": {...}, ...` as one object text.
std::string schema_properties(std::span<const FieldInfo> fields);
/// The whole `{"type": "object", "properties": ...}`; closed (additionalProperties false).
std::string schema_object(std::span<const FieldInfo> fields);
/// The same for a whole file, where members `x-...` hold anchors.
std::string schema_file(std::span<const FieldInfo> fields);
/// Schema of one type.
std::string schema_of(const TypeInfo& type);
/// Named structs (kTypeName) that `schema_*` referred to as `#/$defs/name`: one JSON object text
/// with the definitions reachable from `fields`.
std::string schema_definitions(std::span<const FieldInfo> fields);

/// One row of the reference; nested options have dotted names.
struct DocRow {
  std::string name, type, default_text, meaning, example;
  bool is_required = false, is_secret = false, is_template = false, is_advanced = false;
};
std::vector<DocRow> doc_rows(std::span<const FieldInfo> fields);
/// `| option | type | default | meaning |` with a heading line.
std::string doc_table(std::span<const FieldInfo> fields);

/// A parsed struct as JSON, for `show` and the API: secrets are `***`, URLs without userinfo and
/// tokens. Options that have their default are included.
std::string show_struct(const StructInfo& info, const void* value);
template <HasFields C>
std::string show(const C& config) {
  return show_struct(struct_info<C>(), &config);
}

/// Runs `check` over all members names of two tables: names that stand in both.
std::vector<std::string_view> shared_names(std::span<const FieldInfo> a,
                                           std::span<const FieldInfo> b);

}  // namespace tt::config
