// Boost.JSON behind calls that report instead of throwing.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/result.h"
#include "base/text.h"

namespace tt::portals {

namespace json = boost::json;

std::shared_ptr<const json::value> parse_json(std::string_view text, std::string* error,
                                              std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code failure;
  auto value =
      std::make_shared<json::value>(json::parse({text.data(), text.size()}, failure, {}, options));
  if (!failure) return value;
  if (error) *error = failure.message();
  return nullptr;
}

const json::value* find_at(const json::value& value, std::string_view path) {
  const json::value* at = &value;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (const json::object* map = at->if_object()) {
      at = map->if_contains({name.data(), name.size()});
    } else if (const json::array* list = at->if_array()) {
      const auto index = parse_u64(name);
      at = index && *index < list->size() ? &(*list)[*index] : nullptr;
    } else {
      at = nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

std::string_view text_at(const json::value& value, std::string_view path) {
  const json::value* found = find_at(value, path);
  const json::string* text = found ? found->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view{};
}

std::string any_text_at(const json::value& value, std::string_view path) {
  const json::value* found = find_at(value, path);
  if (!found || found->is_null() || found->is_structured()) return "";
  if (const json::string* text = found->if_string()) return {text->data(), text->size()};
  return json_text(*found);
}

std::int64_t int_at(const json::value& value, std::string_view path, std::int64_t fallback) {
  const json::value* found = find_at(value, path);
  if (!found) return fallback;
  if (const std::int64_t* n = found->if_int64()) return *n;
  if (const double* d = found->if_double())
    if (*d >= -9.0e15 && *d <= 9.0e15) return static_cast<std::int64_t>(*d);
  return fallback;
}

std::optional<double> number_at(const json::value& value, std::string_view path) {
  const json::value* found = find_at(value, path);
  if (!found) return std::nullopt;
  if (const double* d = found->if_double()) return *d;
  if (const std::int64_t* n = found->if_int64()) return static_cast<double>(*n);
  if (const std::uint64_t* n = found->if_uint64()) return static_cast<double>(*n);
  return std::nullopt;
}

bool bool_at(const json::value& value, std::string_view path, bool fallback) {
  const json::value* found = find_at(value, path);
  const bool* b = found ? found->if_bool() : nullptr;
  return b ? *b : fallback;
}

const json::array* list_at(const json::value& value, std::string_view path) {
  const json::value* found = find_at(value, path);
  return found ? found->if_array() : nullptr;
}

const json::object* map_at(const json::value& value, std::string_view path) {
  const json::value* found = find_at(value, path);
  return found ? found->if_object() : nullptr;
}

namespace {

void write_value(JsonWriter& out, const json::value& value) {
  if (const json::object* object = value.if_object()) {
    out.map();
    for (const auto& [key, member] : *object) write_value(out.key(key), member);
    out.end();
  } else if (const json::array* array = value.if_array()) {
    out.list();
    for (const json::value& item : *array) write_value(out, item);
    out.end();
  } else if (const double* number = value.if_double()) {
    // As people write it: Boost.JSON makes 1.7E1 of 17.0.
    // What is beyond a double is read as infinite, which JSON has no word for.
    out.raw(std::isfinite(*number) ? fmt::format("{}", *number) : *number > 0 ? "1e999" : "-1e999");
  } else {
    out.raw(json::serialize(value));
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  JsonWriter out;
  write_value(out, value);
  return out.take();
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::open(char begin, char end) {
  separate();
  out_ += begin;
  ends_ += end;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end() {
  TT_ASSERT(!ends_.empty());
  out_ += ends_.back();
  ends_.pop_back();
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace tt::portals
