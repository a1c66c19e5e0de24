// From YAML to the JSON of create(): as the schema says what each option is, then checked by it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/options.h"

#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::portals::plugin {
namespace {

using Form = SchemaOption::Form;

template <class T>
bool read(const config::Node& node, T& out, config::ParseContext& context) {
  return config::parse_value(node, config::Kind<T>::info(), &out, context);
}

std::string list_json(const std::vector<std::string>& texts) {
  JsonWriter json;
  json.list();
  for (const std::string& text : texts) json.text(text);
  return json.end().take();
}

/// The option's place in `out`; false after errors.
bool read_option(const SchemaOption& option, const config::Node& node, PluginOptions& out,
                 config::ParseContext& context) {
  switch (option.form) {
    case Form::kSecret:
      return read(node, out.secrets.emplace_back(option.name, Secret()).second, context);
    case Form::kTemplate:
      return read(node, out.templates.emplace_back(option.name, tmpl::Template()).second, context);
    case Form::kText: {
      if (bool is_true = false;
          config::is_plain_number(node) || config::is_plain_bool(node, is_true)) {
        context.diagnostics.error(
            "wrong-type", node.place(),
            "`" + option.name + "` is a text, found " + std::string(node.described()),
            "put it in quotes: '" + node.text + "'");
        return false;
      }
      std::string text;
      if (!read(node, text, context)) return false;
      out.members.emplace_back(option.name, json_string(text));
      return true;
    }
    case Form::kTexts: {
      std::vector<std::string> texts;
      if (!read(node, texts, context)) return false;
      out.members.emplace_back(option.name, list_json(texts));
      return true;
    }
    case Form::kBool:
    case Form::kNumber:
    case Form::kOther:
      break;
  }
  config::Node storage;
  const bool has_members = option.form == Form::kOther && node.is_map();
  const config::Node* resolved = config::resolve_reference(node, has_members, storage, context);
  if (!resolved) resolved = &node;
  if (resolved->is_null() && resolved != &node) return false;
  out.members.emplace_back(option.name, config::json_of(*resolved));
  return true;
}

bool read_addresses(const PortalType& type, const config::Node& node, PluginOptions& out,
                    config::ParseContext& context) {
  const config::Node* given = node.find(type.address_option);
  if (!given) return true;
  if (type.address_option == "listen") return read(*given, out.addresses, context);
  return read(*given, out.addresses.emplace_back(), context);
}

bool check_schema(const PortalType& type, const PluginOptions& options, const config::Node& node,
                  config::ParseContext& context) {
  const auto faults = type.schema->check(options.show());
  for (const SchemaFault& fault : faults) {
    const config::Node* at = fault.option.empty() ? nullptr : node.find(fault.option);
    std::string hint = fault.hint;
    for (const SchemaOption& option : type.schema->options())
      if (option.name == fault.option && hint.empty()) hint = option.doc;
    context.diagnostics.error("plugin-option",
                              at                      ? at->place()
                              : node.key_mark.known() ? node.key_mark
                                                      : node.place(),
                              "`" + (at ? at->key : type.name) + "`: " + fault.text,
                              std::move(hint));
  }
  return faults.empty();
}

}  // namespace

const tmpl::Template* PluginOptions::find_template(std::string_view name) const {
  for (const auto& [key, value] : templates)
    if (key == name) return &value;
  return nullptr;
}

Result<std::vector<std::string>> PluginOptions::reveal() const {
  std::vector<std::string> texts;
  for (const auto& [name, secret] : secrets) {
    texts.push_back(secret.reveal());
    if (texts.back().empty()) {
      const std::vector<std::string> missing = secret.missing();
      return misconfigured("the secret `" + name + "`" +
                           (missing.empty() ? "" : ", from " + missing.front() + ",") +
                           " has no text");
    }
  }
  return texts;
}

std::string PluginOptions::json(const std::vector<std::string>& texts) const {
  JsonWriter json;
  json.map();
  for (const auto& [name, value] : members) json.key(name).raw(value);
  for (std::size_t i = 0; i < secrets.size(); ++i) json.key(secrets[i].first).text(texts[i]);
  for (const auto& [name, value] : templates) json.key(name).text(value.text());
  return json.end().take();
}

std::string PluginOptions::show() const {
  return json(std::vector<std::string>(secrets.size(), "***"));
}

std::optional<PluginOptions> read_options(const PortalType& type, const config::Node& node,
                                          config::ParseContext& context) {
  PluginOptions made;
  bool is_good = read_addresses(type, node, made, context);
  for (const SchemaOption& option : type.schema->options()) {
    const config::Node* given = node.find(option.name);
    if (given)
      is_good = read_option(option, *given, made, context) && is_good;
    else if (!option.default_json.empty() && option.form != Form::kSecret &&
             option.form != Form::kTemplate)
      made.members.emplace_back(option.name, option.default_json);
  }
  if (!is_good || !check_schema(type, made, node, context)) return std::nullopt;
  return made;
}

}  // namespace tt::portals::plugin
