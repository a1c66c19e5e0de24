// Reading schemas with valijson (draft 7), which throws: nothing of that leaves this file.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/option_schema.h"

#define VALIJSON_USE_EXCEPTIONS 1
#include <algorithm>
#include <boost/json.hpp>
#include <exception>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::portals::plugin {
namespace {

namespace json = boost::json;
using Adapter = valijson::adapters::BoostJsonAdapter;

SchemaOption::Form form_of(const json::value& property) {
  using Form = SchemaOption::Form;
  if (bool_at(property, "writeOnly")) return Form::kSecret;
  if (bool_at(property, "x-template")) return Form::kTemplate;
  const std::string_view type = text_at(property, "type");
  if (type == "string") return Form::kText;
  if (type == "boolean") return Form::kBool;
  if (type == "integer" || type == "number") return Form::kNumber;
  return type == "array" && text_at(property, "items.type") == "string" ? Form::kTexts
                                                                        : Form::kOther;
}

std::string example_of(const json::value& property) {
  const json::value* example = find_at(property, "examples.0");
  if (!example) return {};
  return example->is_string() ? std::string(text_at(*example, "")) : json_text(*example);
}

/// A text as it is, anything else as JSON.
std::string shown(const json::value& value) {
  return value.is_string() ? std::string(text_at(value, "")) : json_text(value);
}

std::vector<std::string> choices_of(const json::value& property) {
  std::vector<std::string> all;
  if (const json::array* values = list_at(property, "enum"))
    for (const json::value& one : *values) all.push_back(shown(one));
  return all;
}

std::string_view kind_of_value(const json::value& value) {
  if (value.is_string()) return "text";
  if (value.is_bool()) return "true or false";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "a map";
  return value.is_null() ? "nothing" : "a number";
}

/// What valijson says of these tells neither what was expected nor what was found. Empty: it is
/// another fault.
SchemaFault plain_fault(const SchemaOption& option, const json::value& property,
                        const json::value& given) {
  if (!option.choices.empty()) {
    const std::vector<std::string_view> known(option.choices.begin(), option.choices.end());
    const std::string found = shown(given);
    if (std::find(known.begin(), known.end(), found) != known.end()) return {};
    const std::string_view near = did_you_mean(found, known);
    return {
        option.name,
        "expected one of `" + join(option.choices, "`, `") + "`, found `" + printable(found) + "`",
        near.empty() ? "" : "did you mean `" + std::string(near) + "`?"};
  }
  using Form = SchemaOption::Form;
  const std::string_view found = kind_of_value(given);
  const bool is_whole = text_at(property, "type") == "integer";
  const std::string_view expected = option.form == Form::kBool     ? "true or false"
                                    : option.form == Form::kNumber ? "a number"
                                                                   : "";
  if (expected.empty()) return {};
  if (found != expected)
    return {option.name,
            "expected " + std::string(is_whole ? "a whole number" : expected) + ", found " +
                (given.is_string() ? "`" + printable(shown(given)) + "`" : std::string(found)),
            ""};
  return {};
}

/// `properties` and `given` have members by the names of options.
void make_plain(const SchemaOption& option, const json::value& properties, const json::value& given,
                SchemaFault& fault) {
  const auto member = [&](const json::value& map) {
    const json::object* object = map.if_object();
    return object ? object->if_contains(option.name) : nullptr;
  };
  const json::value *property = member(properties), *value = member(given);
  if (!property || !value) return;
  if (SchemaFault plain = plain_fault(option, *property, *value); !plain.text.empty())
    fault = std::move(plain);
}

/// `[port]` of valijson's path, without its brackets.
std::string option_of(const std::vector<std::string>& path) {
  for (const std::string& part : path)
    if (part.size() > 2 && part.front() == '[') return part.substr(1, part.size() - 2);
  return {};
}

}  // namespace

struct OptionSchema::Compiled {
  json::value properties;
  valijson::Schema schema;
};

OptionSchema::OptionSchema() = default;
OptionSchema::~OptionSchema() = default;

Result<std::shared_ptr<const OptionSchema>> OptionSchema::parse(std::string_view text) {
  std::string error;
  const auto given = parse_json(text, &error);
  if (!given) return misconfigured("the schema is no JSON: " + error);
  if (!given->is_object() || text_at(*given, "type") != "object")
    return misconfigured("the schema is not that of an object (\"type\": \"object\")");
  std::shared_ptr<OptionSchema> made(new OptionSchema);
  made->text_ = text;
  json::value checked = *given;
  if (auto* properties = checked.if_object()->if_contains("properties");
      properties && properties->is_object()) {
    for (auto& [name, property] : *properties->if_object()) {
      if (!property.is_object())
        return misconfigured("the schema's property `" + std::string(name) + "` is no object");
      SchemaOption option{.name = name,
                          .doc = std::string(text_at(property, "description")),
                          .example = example_of(property),
                          .form = form_of(property),
                          .choices = choices_of(property)};
      if (const json::value* usual = find_at(property, "default"))
        option.default_json = json_text(*usual);
      if (option.form == SchemaOption::Form::kSecret ||
          option.form == SchemaOption::Form::kTemplate)
        property = {{"type", "string"}};
      made->options_.push_back(std::move(option));
    }
  }
  if (const json::array* required = list_at(*given, "required"))
    for (const json::value& name : *required)
      for (SchemaOption& option : made->options_)
        if (option.name == text_at(name, "")) option.is_required = true;
  try {
    auto compiled = std::make_unique<Compiled>();
    if (const json::value* properties = find_at(checked, "properties"))
      compiled->properties = *properties;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(Adapter(checked), compiled->schema);
    made->compiled_ = std::move(compiled);
  } catch (const std::exception& thrown) {
    return misconfigured("the schema cannot be read: " + printable(thrown.what()));
  }
  return std::shared_ptr<const OptionSchema>(std::move(made));
}

std::vector<SchemaFault> OptionSchema::check(std::string_view text) const {
  const auto value = parse_json(text);
  if (!value) return {{"", "it is no JSON", ""}};
  std::vector<SchemaFault> faults;
  try {
    valijson::ValidationResults results;
    if (valijson::Validator().validate(compiled_->schema, Adapter(*value), &results)) return {};
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      SchemaFault fault{option_of(error.context), printable(error.description), ""};
      const auto same = std::find_if(faults.begin(), faults.end(), [&](const SchemaFault& other) {
        return other.option == fault.option;
      });
      // What follows about the same option, and what the whole says of it, only repeats it.
      if (same == faults.end() && (faults.empty() || !fault.option.empty()))
        faults.push_back(std::move(fault));
    }
    if (faults.empty()) faults.push_back({"", "it does not fit the schema", ""});
    for (SchemaFault& fault : faults)
      for (const SchemaOption& option : options_)
        if (option.name == fault.option) make_plain(option, compiled_->properties, *value, fault);
  } catch (const std::exception& thrown) {
    return {{"", std::string("the schema cannot be applied: ") + printable(thrown.what()), ""}};
  }
  return faults;
}

}  // namespace tt::portals::plugin
