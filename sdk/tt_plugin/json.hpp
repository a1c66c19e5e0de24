// JSON for plugins: a reader of the configuration that the host has checked, and a writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tt::sdk {

/// A value as parsed. Lists have members without names.
struct Json {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kList, kMap } kind = Kind::kNull;
  std::string text;  ///< Of strings without escapes; of numbers and bools as written.
  struct Member;
  std::vector<Member> members;

  const Json* find(std::string_view name) const;  ///< Null: there is none.
};

struct Json::Member {
  std::string key;
  Json value;
};

inline const Json* Json::find(std::string_view name) const {
  for (const Member& member : members)
    if (member.key == name) return &member.value;
  return nullptr;
}

namespace detail {

inline void append_utf8(std::string& out, unsigned rune) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
  } else if (rune < 0x800) {
    out += static_cast<char>(0xC0 | rune >> 6);
    out += static_cast<char>(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    out += static_cast<char>(0xE0 | rune >> 12);
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (rune & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | rune >> 18);
    out += static_cast<char>(0x80 | (rune >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (rune & 0x3F));
  }
}

/// Reads what the host wrote: valid JSON. Anything else is false, never a crash.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}
  bool read(Json& out, int depth = 0) {
    if (depth > 64) return false;
    skip();
    if (take('{')) return read_members(out, Json::Kind::kMap, '}', depth);
    if (take('[')) return read_members(out, Json::Kind::kList, ']', depth);
    if (take('"')) {
      out.kind = Json::Kind::kString;
      return read_string(out.text);
    }
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n"), text_.size());
    out.text = text_.substr(0, end);
    text_.remove_prefix(end);
    out.kind = out.text == "null"                          ? Json::Kind::kNull
               : out.text == "true" || out.text == "false" ? Json::Kind::kBool
                                                           : Json::Kind::kNumber;
    return end > 0;
  }

 private:
  void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool read_members(Json& out, Json::Kind kind, char end, int depth) {
    out.kind = kind;
    for (skip(); !take(end); skip()) {
      if (!out.members.empty() && !take(',')) return false;
      auto& [name, value] = out.members.emplace_back();
      skip();
      if (kind == Json::Kind::kMap && (!take('"') || !read_string(name))) return false;
      skip();
      if (kind == Json::Kind::kMap && !take(':')) return false;
      if (!read(value, depth + 1)) return false;
    }
    return true;
  }
  bool read_string(std::string& out) {
    while (!text_.empty() && !take('"')) {
      const char c = text_[0];
      text_.remove_prefix(1);
      if (c != '\\') {
        out += c;
        continue;
      }
      if (text_.empty()) return false;
      const char escape = text_[0];
      text_.remove_prefix(1);
      constexpr std::string_view kFrom = "bfnrt", kTo = "\b\f\n\r\t";
      if (escape == 'u')
        append_utf8(out, read_rune());
      else if (const std::size_t at = kFrom.find(escape); at != kFrom.npos)
        out += kTo[at];
      else
        out += escape;
    }
    return true;
  }
  unsigned read_unit() {
    const std::string digits(text_.substr(0, 4));
    text_.remove_prefix(digits.size());
    return static_cast<unsigned>(std::strtoul(digits.c_str(), nullptr, 16));
  }
  /// Half of a surrogate pair becomes U+FFFD, and takes nothing of what follows it along.
  unsigned read_rune() {
    const unsigned high = read_unit();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || !text_.starts_with("\\u")) return 0xFFFD;
    const std::string_view behind_high = text_;
    text_.remove_prefix(2);
    const unsigned low = read_unit();
    if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    text_ = behind_high;
    return 0xFFFD;
  }

  std::string_view text_;
};

}  // namespace detail

}  // namespace tt::sdk

namespace tt::portals {

/// Appends compact JSON to a string; calls must nest. `text` is UTF-8: events are.
class JsonWriter {
 public:
  JsonWriter& map() { return open('{', '}'); }
  JsonWriter& list() { return open('[', ']'); }
  JsonWriter& end() {
    out_ += ends_.back();
    ends_.pop_back();
    needs_comma_ = true;
    return *this;
  }
  JsonWriter& key(std::string_view name) {
    text(name);
    out_ += ':';
    needs_comma_ = false;
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    separate();
    out_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') out_ += '\\';
      constexpr std::string_view kHex = "0123456789abcdef";
      if (static_cast<unsigned char>(c) >= 0x20)
        out_ += c;
      else
        ((out_ += "\\u00") += kHex[static_cast<unsigned char>(c) >> 4]) += kHex[c & 15];
    }
    out_ += '"';
    return *this;
  }
  JsonWriter& number(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  /// Valid JSON text, as it is.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  /// A member, when `value` is not empty.
  JsonWriter& some(std::string_view name, std::string_view value) {
    return value.empty() ? *this : key(name).text(value);
  }
  const std::string& str() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char begin, char end) {
    separate();
    out_ += begin;
    ends_ += end;
    needs_comma_ = false;
    return *this;
  }
  void separate() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
  }

  std::string out_, ends_;
  bool needs_comma_ = false;
};

}  // namespace tt::portals
