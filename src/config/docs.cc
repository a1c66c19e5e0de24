// Writes rows of the reference and redacted dumps from field tables.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "config/schema.h"

namespace tt::config {
namespace {

const void* member_at(const void* value, std::size_t position) {
  return static_cast<const char*>(value) + position;
}

void show_value(const TypeInfo& type, const void* value, std::string& out);

void show_members(const StructInfo& info, const void* value, std::string& out, bool& is_first) {
  for (const FieldInfo& field : info.fields) {
    const void* member = member_at(value, field.position);
    if (field.is_inlined) {
      show_members(field.type().members(), member, out, is_first);
      continue;
    }
    if (!is_first) out += ',';
    is_first = false;
    out += json_string(field.name) + ":";
    show_value(field.type(), member, out);
  }
}

void show_items(const TypeInfo& type, const void* value, std::string& out) {
  const bool is_map = type.form == Form::kMap;
  out += is_map ? '{' : '[';
  std::string_view key;
  for (std::size_t i = 0; const void* item = type.item(value, i, &key); ++i) {
    if (i) out += ',';
    if (is_map) out += json_string(key) + ":";
    show_value(type.inner(), item, out);
  }
  out += is_map ? '}' : ']';
}

void show_value(const TypeInfo& type, const void* value, std::string& out) {
  switch (type.form) {
    case Form::kLeaf:
      return type.show(value, out);
    case Form::kEnum: {
      const std::int64_t number = type.get_word(value);
      for (const EnumWord& word : type.words)
        if (word.value == number) return append_json_string(out, word.word);
      out += "null";
      return;
    }
    case Form::kOptional:
    case Form::kLocated:
      if (const void* item = type.item(value, 0, nullptr))
        return show_value(type.inner(), item, out);
      out += "null";
      return;
    case Form::kList:
    case Form::kMap:
      return show_items(type, value, out);
    case Form::kStruct: {
      out += '{';
      bool is_first = true;
      show_members(type.members(), value, out, is_first);
      out += '}';
      return;
    }
  }
}

std::string type_words(const TypeInfo& given) {
  const TypeInfo& type = unwrapped(given);
  switch (type.form) {
    case Form::kEnum: {
      std::vector<std::string> words;
      for (const EnumWord& word : type.words) words.push_back("`" + std::string(word.word) + "`");
      return join(words, ", ");
    }
    case Form::kList:
      return "list of " + type_words(type.inner());
    case Form::kMap:
      return "map of " + type_words(type.inner());
    case Form::kStruct:
      return "map";
    default:
      return std::string(type.name);
  }
}

// The leaf that decides whether a row is a secret or a template.
const TypeInfo& leaf_of(const TypeInfo& type) {
  const TypeInfo* at = &type;
  while (at->inner) at = &at->inner();
  return *at;
}

constexpr int kDocDepthMax = 4;

void add_rows(std::span<const FieldInfo> fields, const void* defaults, const std::string& prefix,
              int depth, std::vector<DocRow>& rows) {
  for (const FieldInfo& field : fields) {
    const void* value = defaults ? member_at(defaults, field.position) : field.default_value;
    const TypeInfo& type = unwrapped(field.type());
    if (field.is_inlined) {
      add_rows(field.type().members().fields, value, prefix, depth, rows);
      continue;
    }
    const bool is_nested = type.form == Form::kStruct && depth < kDocDepthMax;
    DocRow row;
    row.name = prefix + std::string(field.name);
    row.type = type_words(field.type());
    row.meaning = field.doc;
    row.example = field.sample;
    row.is_required = field.is_required;
    row.is_secret = leaf_of(field.type()).is_secret;
    row.is_template = leaf_of(field.type()).is_template;
    row.is_advanced = field.is_advanced;
    row.default_text = field.default_text;
    if (row.default_text.empty() && value && !field.is_required && !is_nested) {
      show_value(field.type(), value, row.default_text);
      if (row.default_text == "null" || row.default_text == "\"\"" || row.default_text == "[]" ||
          row.default_text == "{}")
        row.default_text.clear();
    }
    rows.push_back(std::move(row));
    if (!is_nested) continue;
    const StructInfo& inner = type.members();
    const bool is_direct = &type == &field.type();
    add_rows(inner.fields, is_direct && value ? value : inner.defaults,
             prefix + std::string(field.name) + ".", depth + 1, rows);
  }
}

std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::vector<DocRow> doc_rows(std::span<const FieldInfo> fields) {
  std::vector<DocRow> rows;
  add_rows(fields, nullptr, "", 0, rows);
  return rows;
}

std::string doc_table(std::span<const FieldInfo> fields) {
  std::string out = "| option | type | default | meaning |\n|---|---|---|---|\n";
  for (const DocRow& row : doc_rows(fields)) {
    std::string type = row.type;
    if (row.is_template && type.find("template") == type.npos && type.find("hole") == type.npos)
      type += " (template)";
    std::string meaning = cell(row.meaning);
    if (!row.example.empty()) meaning += " Example: `" + cell(row.example) + "`.";
    out += "| `" + row.name + "` | " + cell(type) + " | " +
           (row.is_required            ? "required"
            : row.default_text.empty() ? ""
                                       : "`" + cell(row.default_text) + "`") +
           " | " + meaning + " |\n";
  }
  return out;
}

std::string show_struct(const StructInfo& info, const void* value) {
  std::string out = "{";
  bool is_first = true;
  show_members(info, value, out, is_first);
  return out + "}";
}

}  // namespace tt::config
