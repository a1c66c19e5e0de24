// What a portal of a plugin must have, and the field table that its schema makes.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/portal_type.h"

#include <algorithm>

#include "portals/kit/common.h"

namespace tt::portals::plugin {
namespace {

using config::FieldInfo;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

const config::TypeInfo& (*kind_of(SchemaOption::Form form))() {
  using Form = SchemaOption::Form;
  switch (form) {
    case Form::kText:
      return &config::Kind<std::string>::info;
    case Form::kTexts:
      return &config::Kind<std::vector<std::string>>::info;
    case Form::kSecret:
      return &config::Kind<Secret>::info;
    case Form::kTemplate:
      return &config::Kind<tmpl::Template>::info;
    case Form::kBool:
      return &config::Kind<bool>::info;
    case Form::kNumber:
      return &config::Kind<double>::info;
    case Form::kOther:
      break;
  }
  return &config::Kind<config::Node>::info;
}

/// What an option of the host is, for the docs and for missing keys.
FieldInfo address_field(std::string_view name) {
  FieldInfo field;
  field.name = name;
  field.is_required = true;
  if (name == "path") {
    field.doc = "Path of the entry's requests.";
    field.sample = "/hooks/mine";
    field.type = &config::Kind<std::string>::info;
  } else {
    field.doc = "Where lines come from: `tcp://`, `tls://`, `udp://`, `unix:` or `stdin`.";
    field.sample = "tcp://127.0.0.1:5170";
    field.type = &config::Kind<std::vector<std::string>>::info;
  }
  return field;
}

Status make_fields(PortalType& made) {
  const auto& common = made.is_entry() ? entry_common_fields() : exit_common_fields();
  if (!made.address_option.empty()) made.fields.push_back(address_field(made.address_option));
  for (const SchemaOption& option : made.schema->options()) {
    const auto is_taken = [&](const FieldInfo& field) { return field.name == option.name; };
    if (std::any_of(common.begin(), common.end(), is_taken) || option.name == "type" ||
        option.name == made.address_option)
      return misconfigured("its option `" + option.name + "` has the name of one of the host");
    FieldInfo field;
    field.name = option.name;
    field.doc = option.doc;
    field.sample = option.example;
    field.type = kind_of(option.form);
    field.is_required = option.is_required;
    field.default_text = option.default_json;
    made.fields.push_back(field);
  }
  // Each is read as it stands, into a place of its own.
  static const std::vector<config::Node>& nothing = *new std::vector<config::Node>(256);
  if (made.fields.size() > nothing.size()) return misconfigured("it has too many options");
  made.options.defaults = nothing.data();
  made.options.fields = made.fields;
  for (std::size_t i = 0; i < made.fields.size(); ++i) {
    FieldInfo& field = made.options.fields[i];
    field.type = &config::Kind<config::Node>::info;
    field.position = i * sizeof(config::Node);
    field.default_value = &nothing[i];
  }
  return {};
}

Status check_calls(const PortalType& made) {
  const tt_portal* table = made.table;
  if (!TT_MEMBER(table, create) || !TT_MEMBER(table, destroy))
    return misconfigured("it has no create() or no destroy()");
  const bool encodes = TT_MEMBER(table, encode) != nullptr, delivers = made.delivers();
  const bool decodes = TT_MEMBER(table, decode) != nullptr, runs = made.runs();
  if (made.is_entry() ? decodes == runs : encodes == delivers)
    return misconfigured(made.is_entry() ? "an entry has either decode() or run()"
                                         : "an exit has either encode() or deliver()");
  if (made.is_entry() ? encodes || delivers : decodes || runs)
    return misconfigured("it is an entry and an exit at once; make two portals of it");
  return {};
}

}  // namespace

Result<std::unique_ptr<const PortalType>> read_portal(const tt_portal* table,
                                                      const tt_plugin& plugin,
                                                      const std::string& path) {
  // Sizes below the first members, and beyond any that a table could have: the pointer is no table.
  if (!table || table->size < offsetof(tt_portal, create) || table->size > (1u << 16))
    return misconfigured("one of its portals has no table, or one of an impossible size");
  auto made = std::make_unique<PortalType>();
  made->table = table;
  made->plugin = view_of(plugin.name);
  made->version = view_of(plugin.version);
  made->path = path;
  made->name = view_of(table->name);
  made->summary = view_of(table->summary);
  made->security = view_of(table->security);
  made->example = view_of(table->example);
  if (!is_name(made->name))
    return misconfigured("one of its portals has no name of a-z, 0-9, `_` and `-`");
  if (made->security.empty())
    made->security = "A plugin of the operator's: it is trusted like the daemon itself.";
  auto schema = OptionSchema::parse(view_of(table->schema_json));
  if (!schema.ok()) return std::move(schema).error().with("portal " + made->name);
  made->schema = *std::move(schema);
  if (made->is_entry() && !made->runs())
    made->address_option = made->is_stream() ? "listen" : "path";
  TT_CHECK(check_calls(*made).with("portal " + made->name));
  TT_CHECK(make_fields(*made).with("portal " + made->name));
  return std::unique_ptr<const PortalType>(std::move(made));
}

}  // namespace tt::portals::plugin
