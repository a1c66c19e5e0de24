// JSON for portals: readers over Boost.JSON that cannot throw, and a writer of compact text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tt::portals {

constexpr std::size_t kJsonDepthMax = 64;

/// Null when `text` is no JSON (RFC 8259), is not UTF-8, or is nested deeper than `depth_max`;
/// `error` says why.
std::shared_ptr<const boost::json::value> parse_json(std::string_view text,
                                                     std::string* error = nullptr,
                                                     std::size_t depth_max = kJsonDepthMax);

// Readers. A path names members, separated by dots; a number is a position in a list: "a.0.b".
// Whatever is missing or of another type reads as the fallback.

/// Null when missing. The empty path is the value itself.
const boost::json::value* find_at(const boost::json::value& value, std::string_view path);
std::string_view text_at(const boost::json::value& value, std::string_view path);
/// Also numbers and bools, as their JSON text; for ids and states of either type.
std::string any_text_at(const boost::json::value& value, std::string_view path);
std::int64_t int_at(const boost::json::value& value, std::string_view path,
                    std::int64_t fallback = 0);
std::optional<double> number_at(const boost::json::value& value, std::string_view path);
bool bool_at(const boost::json::value& value, std::string_view path, bool fallback = false);
/// Null when missing or of another type.
const boost::json::array* list_at(const boost::json::value& value, std::string_view path);
const boost::json::object* map_at(const boost::json::value& value, std::string_view path);
/// Compact JSON text. Numbers may not keep their spelling; copy the text where that matters.
std::string json_text(const boost::json::value& value);

/// Appends compact JSON to a string. Calls must nest; what cannot be UTF-8 becomes U+FFFD.
///
///   JsonWriter json;
///   json.map().key("text").text(message).key("count").number(3).end();
class JsonWriter {
 public:
  JsonWriter& map() { return open('{', '}'); }
  JsonWriter& list() { return open('[', ']'); }
  JsonWriter& end();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  /// Valid JSON text, as it is.
  JsonWriter& raw(std::string_view json);
  /// A member, when `value` is not empty.
  JsonWriter& some(std::string_view name, std::string_view value) {
    return value.empty() ? *this : key(name).text(value);
  }
  const std::string& str() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char begin, char end);
  void separate();

  std::string out_, ends_;
  bool needs_comma_ = false;
};

}  // namespace tt::portals
