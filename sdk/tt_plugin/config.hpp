// The options of a plugin's portal: a table like the built-in ones, its JSON Schema, its reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tt_plugin/event.hpp"
#include "tt_plugin/json.hpp"

namespace tt::config {

struct EnumWord {
  std::string_view word;
  std::int64_t value;
};
/// The words of an enum: specialise as in the kit.
template <class E>
struct EnumWords;

/// One option; `field("path", &Config::path, "What it means.").required()`.
template <class C, class T>
struct Field {
  T C::*member;
  std::string_view name, doc, sample = {};
  bool is_required = false, must_not_be_empty = false;
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  constexpr Field required() const {
    return with([](Field& f) { f.is_required = true; });
  }
  constexpr Field not_empty() const {
    return with([](Field& f) { f.must_not_be_empty = true; });
  }
  constexpr Field advanced() const { return *this; }
  constexpr Field example(std::string_view yaml) const {
    return with([=](Field& f) { f.sample = yaml; });
  }
  constexpr Field default_text(std::string_view) const { return *this; }
  constexpr Field minimum(double number) const {
    return with([=](Field& f) { f.least = number; });
  }
  constexpr Field maximum(double number) const {
    return with([=](Field& f) { f.most = number; });
  }

 private:
  template <class F>
  constexpr Field with(F change) const {
    Field copy = *this;
    change(copy);
    return copy;
  }
};

template <class C, class T>
constexpr Field<C, T> field(std::string_view name, T C::*member, std::string_view doc) {
  return {member, name, doc};
}

}  // namespace tt::config

namespace tt::sdk {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsVector<std::optional<T>> : std::false_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::vector<std::pair<std::string, T>>> : std::true_type {};

/// Members of a JSON Schema for one option type. A type that is none of these does not compile.
template <class T>
void add_schema(portals::JsonWriter& json) {
  if constexpr (std::is_same_v<T, bool>) {
    json.key("type").text("boolean");
  } else if constexpr (std::is_enum_v<T>) {
    json.key("enum").list();
    for (const auto& word : config::EnumWords<T>::words) json.text(word.word);
    json.end();
  } else if constexpr (std::is_integral_v<T>) {
    json.key("type").text("integer");
  } else if constexpr (std::is_floating_point_v<T>) {
    json.key("type").text("number");
  } else if constexpr (IsOptional<T>::value) {
    add_schema<typename T::value_type>(json);
  } else if constexpr (IsMap<T>::value) {
    json.key("type").text("object").key("additionalProperties").map();
    add_schema<typename T::value_type::second_type>(json);
    json.end();
  } else if constexpr (IsVector<T>::value) {
    json.key("type").text("array").key("items").map();
    add_schema<typename T::value_type>(json);
    json.end();
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, Secret> ||
                      std::is_same_v<T, tmpl::Template>,
                  "no option can have this type");
    json.key("type").text("string");
    if constexpr (std::is_same_v<T, Secret>) json.key("writeOnly").boolean(true);
    if constexpr (std::is_same_v<T, tmpl::Template>) json.key("x-template").boolean(true);
  }
}

template <class T>
void read_option(const Json& json, std::string_view name, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    out = json.text == "true";
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& word : config::EnumWords<T>::words)
      if (word.word == json.text) out = static_cast<T>(word.value);
  } else if constexpr (std::is_integral_v<T>) {
    out = static_cast<T>(std::strtoll(json.text.c_str(), nullptr, 10));
  } else if constexpr (std::is_floating_point_v<T>) {
    out = static_cast<T>(std::strtod(json.text.c_str(), nullptr));
  } else if constexpr (IsOptional<T>::value) {
    read_option(json, name, out.emplace());
  } else if constexpr (IsMap<T>::value) {
    out.clear();
    for (const auto& [key, value] : json.members)
      read_option(value, key, out.emplace_back(key, typename T::value_type::second_type{}).second);
  } else if constexpr (IsVector<T>::value) {
    out.clear();
    for (const auto& [key, value] : json.members) read_option(value, key, out.emplace_back());
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = json.text;
  } else if constexpr (std::is_same_v<T, Secret>) {
    out = Secret(json.text);
  } else {
    out = tmpl::Template(std::string(name));
  }
}

/// The JSON Schema of C's options, closed.
template <class C>
std::string schema_of() {
  portals::JsonWriter json, needed;
  json.map().key("type").text("object").key("additionalProperties").boolean(false);
  needed.list();
  json.key("properties").map();
  const auto add = [&]<class T>(const config::Field<C, T>& f) {
    json.key(f.name).map();
    add_schema<T>(json);
    json.key("description").text(f.doc);
    if (f.must_not_be_empty) json.key(IsVector<T>::value ? "minItems" : "minLength").number(1);
    if (f.least > -1e18) json.key("minimum").raw(std::to_string(f.least));
    if (f.most < 1e18) json.key("maximum").raw(std::to_string(f.most));
    if (!f.sample.empty()) json.key("examples").list().text(f.sample).end();
    json.end();
    if (f.is_required) needed.text(f.name);
  };
  std::apply([&](const auto&... one) { (add(one), ...); }, C::fields());
  return json.end().key("required").raw(needed.end().str()).end().take();
}

/// Fills C from JSON that the host has checked; then C::check, where there is one.
template <class C>
Status read_config(std::string_view text, C& config) {
  Json json;
  if (!detail::JsonReader(text).read(json)) return misconfigured("the configuration is no JSON");
  const auto take = [&](const auto& f) {
    if (const Json* value = json.find(f.name); value && value->kind != Json::Kind::kNull)
      read_option(*value, f.name, config.*f.member);
  };
  std::apply([&](const auto&... one) { (take(one), ...); }, C::fields());
  if constexpr (requires { C::check(config); }) return C::check(config);
  return {};
}

}  // namespace tt::sdk
