// From the texts of events to values of attributes.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/cloudevents/attributes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"

namespace tt::portals::exit::cloudevents {
namespace {

void append_percent(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

/// https://www.unicode.org/faq/private_use.html#nonchar1
bool is_noncharacter(std::uint32_t rune) {
  return (rune >= 0xFDD0 && rune <= 0xFDEF) || (rune & 0xFFFE) == 0xFFFE;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

/// Where the authority of a URI-reference ends: only there may brackets stand (RFC 3986 3.2.2).
std::size_t authority_end(std::string_view text) {
  std::size_t begin = text.find("//");
  if (begin == std::string_view::npos) return 0;
  if (begin > 0 && (text[begin - 1] != ':' || !is_scheme(text.substr(0, begin - 1)))) return 0;
  return std::min(text.find_first_of("/?#", begin + 2), text.size());
}

}  // namespace

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system, String.
std::string string_value(std::string_view text) {
  std::string out;
  const std::string clean = printable(text);
  for (std::size_t position = 0; position < clean.size();) {
    const std::uint32_t rune = next_rune(clean, position);
    append_rune(out, is_noncharacter(rune) ? 0xFFFD : rune);
  }
  return std::string(clip_bytes(trim(out), kValueBytesMax));
}

// RFC 3986 section 4.1, "URI-reference".
std::string uri_reference(std::string_view text) {
  const std::string clean = printable(text);
  text = clip_bytes(trim(clean), kSourceBytesMax);
  const std::size_t brackets_end = authority_end(text);
  std::string out;
  bool has_fragment = false;
  for (std::size_t i = 0, next = 0; i < text.size(); i = next) {
    next_rune(text, next);
    const char c = text[i];
    bool is_kept =
        is_letter(c) || is_digit(c) || std::string_view("-._~:/?@!$&'()*+,;=").find(c) != text.npos;
    if (c == '[' || c == ']') is_kept = i < brackets_end;
    if (c == '%') is_kept = text.size() - i > 2 && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (c == '#') is_kept = !std::exchange(has_fragment, true);
    // What is encoded takes three times the room, and may not be cut within.
    const std::size_t room = c == '%' ? 3 : is_kept ? 1 : 3 * (next - i);
    if (out.size() + room > kSourceBytesMax) break;
    if (is_kept)
      out += c;
    else
      append_percent(out, text.substr(i, next - i));
  }
  // "10.0.0.1:80" would have to begin with a scheme (section 4.2).
  const std::size_t end = std::min(out.find_first_of(":/?#"), out.size());
  if (end < out.size() && out[end] == ':' && !is_scheme(std::string_view(out).substr(0, end)))
    out.insert(0, "./");
  return out;
}

std::string time_value(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return "";
  // Events may also have a space for T, no seconds and no zone; RFC 3339 may not.
  const bool is_rfc3339 =
      text.size() >= 20 && text[10] == 'T' && text[16] == ':' &&
      (text.back() == 'Z' || (text[text.size() - 3] == ':' &&
                              (text[text.size() - 6] == '+' || text[text.size() - 6] == '-')));
  return is_rfc3339 ? std::string(text) : format_time(*time);
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
// section 3.1.3.2: space, double quote, percent, and whatever is not U+0021 to U+007E.
std::string header_value(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c > 0x20 && c < 0x7f && c != '"' && c != '%')
      out += c;
    else
      append_percent(out, value.substr(i, 1));
  }
  return out;
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#naming-conventions
bool is_extension_name(std::string_view name) {
  constexpr std::array<std::string_view, 9> kTaken{
      "specversion",     "id",         "source", "type", "subject", "time",
      "datacontenttype", "dataschema", "data"};
  return !name.empty() && name.size() <= 64 &&
         std::find(kTaken.begin(), kTaken.end(), name) == kTaken.end() &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c); });
}

}  // namespace tt::portals::exit::cloudevents
