// Values to and from JSON with types.
// SPDX-License-Identifier: Apache-2.0
#include "cel/typed_json.h"

#include <boost/json.hpp>
#include <cmath>

#include "base/digest.h"
#include "base/text.h"
#include "cel/calendar.h"
#include "cel/json_values.h"
#include "cel/limits.h"

namespace tt::cel {
namespace json = boost::json;
namespace {

std::string typed_text(std::string_view type, std::string_view text) {
  return "{\"type\":" + json_string(type) + ",\"value\":" + json_string(text) + "}";
}

std::string typed_raw(std::string_view type, std::string_view json) {
  return "{\"type\":" + json_string(type) + ",\"value\":" + std::string(json) + "}";
}

std::string typed_double(double value) {
  if (value == 0 && std::signbit(value)) return typed_text("double", "-0.0");
  return typed_raw("double", to_json_text(Value::float64(value)));
}

void append_typed(std::string& out, const Value& value, int depth) {
  if (depth > kValueDepthMax || out.size() > kStringBytesMax) {
    out += "null";
    return;
  }
  switch (value.kind()) {
    case Kind::kNull:
      out += typed_raw("null", "null");
      return;
    case Kind::kBool:
      out += typed_raw("bool", value.as_bool() ? "true" : "false");
      return;
    case Kind::kInt:
    case Kind::kUint:
      out += typed_text(value.runtime_type().runtime_name(), display(value));
      return;
    case Kind::kDouble:
      out += typed_double(value.as_double());
      return;
    case Kind::kBytes:
      out += "{\"type\":\"bytes\",\"base64\":" + json_string(base64(value.as_bytes())) + "}";
      return;
    case Kind::kList: {
      out += "{\"type\":\"list\",\"value\":[";
      bool first = true;
      for (const Value& element : value.as_list()) {
        if (out.size() > kStringBytesMax) break;
        if (!first) out += ',';
        first = false;
        append_typed(out, element, depth + 1);
      }
      out += "]}";
      return;
    }
    case Kind::kMap: {
      out += "{\"type\":\"map\",\"value\":[";
      bool first = true;
      for (const auto& [key, entry] : value.as_map().entries()) {
        if (out.size() > kStringBytesMax) break;
        out += first ? "[" : ",[";
        first = false;
        append_typed(out, key, depth + 1);
        out += ',';
        append_typed(out, entry, depth + 1);
        out += ']';
      }
      out += "]}";
      return;
    }
    case Kind::kOptional:
      out += "{\"type\":\"optional_type\",\"value\":";
      if (value.as_optional()) {
        append_typed(out, *value.as_optional(), depth + 1);
      } else {
        out += "null";
      }
      out += '}';
      return;
    case Kind::kTimestamp:
      out += typed_text("timestamp", display(value));
      return;
    case Kind::kDuration:
      out += typed_text("duration", display(value));
      return;
    default:
      out += typed_text(value.runtime_type().runtime_name(), display(value));
      return;
  }
}

std::string_view text_of(const json::value* value) {
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

Result<Value> read_double(const json::value* value) {
  if (value && value->is_number()) {
    if (const auto* i = value->if_int64()) return Value::float64(static_cast<double>(*i));
    if (const auto* u = value->if_uint64()) return Value::float64(static_cast<double>(*u));
    return Value::float64(*value->if_double());
  }
  const std::string_view text = text_of(value);
  if (text == "NaN") return Value::float64(std::nan(""));
  if (text == "Infinity") return Value::float64(HUGE_VAL);
  if (text == "-Infinity") return Value::float64(-HUGE_VAL);
  if (text == "-0.0") return Value::float64(-0.0);
  return reject("a double that is no number");
}

Result<Value> read_scalar(std::string_view type, const json::value& tagged) {
  const json::value* value = json_member(tagged, "value");
  const std::string_view text = text_of(value);
  if (type == "null") return Value::null();
  if (type == "bool" && value && value->is_bool()) return Value::boolean(*value->if_bool());
  if (type == "double") return read_double(value);
  if (type == "int") {
    if (value && value->is_int64()) return Value::int64(*value->if_int64());
    if (const auto number = parse_i64(text)) return Value::int64(*number);
  }
  if (type == "uint") {
    if (value && value->is_int64() && *value->if_int64() >= 0) {
      return Value::uint64(static_cast<std::uint64_t>(*value->if_int64()));
    }
    if (value && value->is_uint64()) return Value::uint64(*value->if_uint64());
    if (const auto number = parse_u64(text)) return Value::uint64(*number);
  }
  if (type == "string" && value && value->is_string()) return Value::string(std::string(text));
  if (type == "bytes") {
    auto bytes = unbase64(text_of(json_member(tagged, "base64")));
    if (bytes) return Value::bytes(*std::move(bytes));
  }
  if (type == "timestamp") {
    if (const auto time = parse_timestamp(text)) return Value::timestamp(*time);
  }
  if (type == "duration") {
    if (const auto ns = parse_duration(text)) return Value::duration(*ns);
  }
  if (type == "type") {
    if (const auto named = Type::parse(text)) return Value::type(*named);
  }
  return reject("a value that is no " + std::string(type));
}

Result<Value> read_list(const json::value* value, int depth) {
  const json::array* array = value ? value->if_array() : nullptr;
  if (!array) return reject("a list without elements");
  std::vector<Value> elements;
  for (const json::value& element : *array) {
    TT_TRY(Value made, value_from_typed(element, depth + 1));
    elements.push_back(std::move(made));
  }
  return Value::list(std::move(elements));
}

Result<Value> read_map(const json::value* value, int depth) {
  const json::array* array = value ? value->if_array() : nullptr;
  if (!array) return reject("a map without entries");
  Map map;
  for (const json::value& entry : *array) {
    const json::array* pair = entry.if_array();
    if (!pair || pair->size() != 2) return reject("an entry that is no pair");
    TT_TRY(Value key, value_from_typed((*pair)[0], depth + 1));
    TT_TRY(Value item, value_from_typed((*pair)[1], depth + 1));
    if (!Map::is_key(key)) return reject("a key of a wrong type");
    map.insert(std::move(key), std::move(item));
  }
  return Value::map(std::move(map));
}

}  // namespace

Result<Value> value_from_typed(const json::value& tagged, int depth) {
  if (depth > kValueDepthMax) return reject("a value nested too deeply");
  const std::string_view type = text_of(json_member(tagged, "type"));
  if (type.empty()) return reject("a value without \"type\"");
  const json::value* value = json_member(tagged, "value");
  if (type == "list") return read_list(value, depth);
  if (type == "map") return read_map(value, depth);
  if (type == "optional_type") {
    if (!value || value->is_null()) return Value::none();
    TT_TRY(Value inner, value_from_typed(*value, depth + 1));
    return Value::optional(std::move(inner));
  }
  return read_scalar(type, tagged);
}

Result<Value> value_from_json(const json::value& plain, int depth) {
  if (depth > kValueDepthMax) return reject("a value nested too deeply");
  switch (plain.kind()) {
    case json::kind::null:
      return Value::null();
    case json::kind::bool_:
      return Value::boolean(*plain.if_bool());
    case json::kind::int64:
      return Value::int64(*plain.if_int64());
    case json::kind::uint64:
      return Value::uint64(*plain.if_uint64());
    case json::kind::double_:
      return Value::float64(*plain.if_double());
    case json::kind::string:
      return Value::string(std::string(text_of(&plain)));
    case json::kind::array: {
      std::vector<Value> elements;
      for (const json::value& element : *plain.if_array()) {
        TT_TRY(Value made, value_from_json(element, depth + 1));
        elements.push_back(std::move(made));
      }
      return Value::list(std::move(elements));
    }
    case json::kind::object:
      break;
  }
  Map map;
  for (const auto& [name, value] : *plain.if_object()) {
    TT_TRY(Value made, value_from_json(value, depth + 1));
    map.insert(Value::string(std::string(name)), std::move(made));
  }
  return Value::map(std::move(map));
}

const json::value* json_member(const json::value& object, const char* name) {
  const auto* fields = object.if_object();
  return fields ? fields->if_contains(name) : nullptr;
}

Result<json::value> parse_json(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kValueDepthMax;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return reject("not JSON: " + error.message());
  return value;
}

std::string to_typed_json(const Value& value) {
  std::string out;
  append_typed(out, value, 0);
  return out;
}

Result<Value> from_typed_json(std::string_view text) {
  TT_TRY(const json::value parsed, parse_json(text));
  return value_from_typed(parsed, 0);
}

Result<Value> from_json(std::string_view text) {
  TT_TRY(const json::value parsed, parse_json(text));
  return value_from_json(parsed, 0);
}

}  // namespace tt::cel
