// Writes JSON Schema from field tables.
// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "base/text.h"

namespace tt::config {
namespace {

// `{env: N}`, `{file: P}`, `{credential: N}`, a literal, or a list of them.
constexpr std::string_view kSecretSchema =
    R"({"anyOf":[{"type":"string"},{"$ref":"#/$defs/secret_reference"},)"
    R"({"type":"array","items":{)"
    R"("anyOf":[{"type":"string"},{"$ref":"#/$defs/secret_reference"}]},"minItems":1}]})";
constexpr std::string_view kReferenceSchema =
    R"({"type":"object","properties":{"env":{"type":"string"},"file":{"type":"string"},)"
    R"("credential":{"type":"string"},"default":{"type":"string"}},)"
    R"("additionalProperties":false,"minProperties":1})";
// `{env: N, default: V}` stands for any value.
constexpr std::string_view kVariableSchema =
    R"({"type":"object","properties":{"env":{"type":"string"},"default":true},)"
    R"("required":["env"],"additionalProperties":false})";

bool is_scalar_form(const TypeInfo& type) {
  return type.form == Form::kEnum || (type.form == Form::kLeaf && !type.takes_maps);
}

std::string or_variable(std::string schema) {
  return R"({"anyOf":[)" + schema + R"(,{"$ref":"#/$defs/variable"}]})";
}

std::string struct_schema(const StructInfo& info) {
  std::string object = schema_object(info.fields);
  if (info.short_form.empty()) return object;
  for (const FieldInfo& field : info.fields)
    if (field.name == info.short_form)
      return R"({"anyOf":[)" + object + "," + schema_of(field.type()) + "]}";
  return object;
}

std::string inner_schema(const TypeInfo& type) {
  switch (type.form) {
    case Form::kLeaf:
      return std::string(type.schema);
    case Form::kEnum: {
      std::string out = R"({"enum":[)";
      for (const EnumWord& word : type.words) {
        if (out.back() != '[') out += ',';
        out += json_string(word.word);
      }
      return out + "]}";
    }
    case Form::kOptional:
    case Form::kLocated:
      return schema_of(type.inner());
    case Form::kList: {
      const std::string item = schema_of(type.inner());
      return R"({"anyOf":[{"type":"array","items":)" + item + "}," + item + "]}";
    }
    case Form::kMap:
      return R"({"type":"object","additionalProperties":)" + schema_of(type.inner()) + "}";
    case Form::kStruct: {
      const StructInfo& info = type.members();
      if (!info.type_name.empty())
        return R"({"$ref":"#/$defs/)" + std::string(info.type_name) + "\"}";
      return struct_schema(info);
    }
  }
  return "true";
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",";
  out += json_string(name) + ":" + json_string(text);
}

std::string field_schema(const FieldInfo& field) {
  std::string out = R"({"description":)" + json_string(field.doc);
  const TypeInfo& type = unwrapped(field.type());
  const bool is_plain_number =
      type.form == Form::kLeaf && type.number && type.schema.find("\"string\"") == type.schema.npos;
  std::string bounds;
  const auto bound = [&](const char* name, double number) {
    if (!std::isfinite(number) || !is_plain_number) return;
    bounds += std::string(",\"") + name + "\":" + type.show_number(number);
  };
  bound("minimum", field.minimum);
  bound("maximum", field.maximum);
  if (!bounds.empty()) {
    out += R"(,"allOf":[{"anyOf":[{)" + bounds.substr(1) + R"(},{"type":"object"}]}])";
  }
  if (!field.sample.empty()) out += R"(,"examples":[)" + json_string(field.sample) + "]";
  if (!field.replaced_by.empty()) out += R"(,"deprecated":true)";
  if (type.is_template) append_text_member(out, "x-template", "yes");
  std::string schema = schema_of(field.type());
  // `$ref` and `anyOf` may stand beside the annotations since draft 2019-09.
  if (schema.size() > 2 && schema[0] == '{')
    out += "," + schema.substr(1);
  else
    out += "}";
  return out;
}

void collect_fields(std::span<const FieldInfo> fields, std::vector<const FieldInfo*>& out) {
  for (const FieldInfo& field : fields) {
    if (field.is_inlined)
      collect_fields(field.type().members().fields, out);
    else
      out.push_back(&field);
  }
}

using Definitions = std::map<std::string, std::string, std::less<>>;

void collect_definitions(const TypeInfo& type, std::vector<const StructInfo*>& open,
                         Definitions& found) {
  if (type.form == Form::kStruct) {
    const StructInfo& info = type.members();
    if (std::find(open.begin(), open.end(), &info) != open.end()) return;
    open.push_back(&info);
    if (!info.type_name.empty()) found.emplace(info.type_name, struct_schema(info));
    for (const FieldInfo& field : info.fields) collect_definitions(field.type(), open, found);
  } else if (type.inner) {
    collect_definitions(type.inner(), open, found);
  }
}

}  // namespace

std::string schema_of(const TypeInfo& type) {
  std::string schema = inner_schema(type);
  return is_scalar_form(type) ? or_variable(std::move(schema)) : schema;
}

std::string schema_properties(std::span<const FieldInfo> fields) {
  std::vector<const FieldInfo*> all;
  collect_fields(fields, all);
  std::string out = "{";
  for (const FieldInfo* field : all) {
    if (out.size() > 1) out += ',';
    out += json_string(field->name) + ":" + field_schema(*field);
  }
  return out + "}";
}

std::string schema_object(std::span<const FieldInfo> fields) {
  std::string out = R"({"type":"object","properties":)" + schema_properties(fields) +
                    R"(,"additionalProperties":false)";
  std::vector<const FieldInfo*> all;
  collect_fields(fields, all);
  std::string required;
  for (const FieldInfo* field : all) {
    if (!field->is_required) continue;
    if (!required.empty()) required += ',';
    required += json_string(field->name);
  }
  if (!required.empty()) out += R"(,"required":[)" + required + "]";
  return out + "}";
}

std::string schema_file(std::span<const FieldInfo> fields) {
  return R"({"patternProperties":{"^x-":true},)" + schema_object(fields).substr(1);
}

std::string schema_definitions(std::span<const FieldInfo> fields) {
  Definitions found;
  found.emplace("secret", kSecretSchema);
  found.emplace("secret_reference", kReferenceSchema);
  found.emplace("variable", kVariableSchema);
  std::vector<const StructInfo*> open;
  for (const FieldInfo& field : fields) collect_definitions(field.type(), open, found);
  std::string out = "{";
  for (const auto& [name, schema] : found) {
    if (out.size() > 1) out += ',';
    out += json_string(name) + ":" + schema;
  }
  return out + "}";
}

std::vector<std::string_view> shared_names(std::span<const FieldInfo> a,
                                           std::span<const FieldInfo> b) {
  std::vector<const FieldInfo*> left, right;
  collect_fields(a, left);
  collect_fields(b, right);
  std::vector<std::string_view> names;
  for (const FieldInfo* one : left)
    for (const FieldInfo* other : right)
      if (one->name == other->name) names.push_back(one->name);
  return names;
}

}  // namespace tt::config
