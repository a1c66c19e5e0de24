// UTF-8 by the table of RFC 3629, section 4.
// SPDX-License-Identifier: Apache-2.0
#include "kit/text.h"

#include "tt_plugin/json.hpp"

namespace tt::broker {
namespace {

constexpr std::string_view kBlank(" \t\r\n\0", 5);

/// Of the character that begins here; 0 when none does.
std::size_t length_of(std::string_view text) {
  const auto is_in = [&](std::size_t i, unsigned low, unsigned high) {
    const unsigned c = i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    return c >= low && c <= high;
  };
  const auto is_tail = [&](std::size_t i) { return is_in(i, 0x80, 0xBF); };
  if (is_in(0, 0, 0x7F)) return 1;
  if (is_in(0, 0xC2, 0xDF)) return is_tail(1) ? 2 : 0;
  if (is_in(0, 0xE0, 0xEF)) {
    const bool is_second =
        is_in(1, is_in(0, 0xE0, 0xE0) ? 0xA0 : 0x80, is_in(0, 0xED, 0xED) ? 0x9F : 0xBF);
    return is_second && is_tail(2) ? 3 : 0;
  }
  if (is_in(0, 0xF0, 0xF4)) {
    const bool is_second =
        is_in(1, is_in(0, 0xF0, 0xF0) ? 0x90 : 0x80, is_in(0, 0xF4, 0xF4) ? 0x8F : 0xBF);
    return is_second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string mend_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = length_of(bytes);
    if (length > 0)
      out += bytes.substr(0, length);
    else
      out += "\xEF\xBF\xBD";
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string_view headline(std::string_view text, std::size_t bytes_max) {
  text = trim(text);
  return cut_utf8(trim(text.substr(0, text.find('\n'))), bytes_max);
}

std::string json_string(std::string_view text) { return portals::JsonWriter().text(text).take(); }

std::string json_text(std::string_view value) {
  sdk::Json json;
  if (!value.starts_with('"') || !sdk::detail::JsonReader(value).read(json))
    return std::string(value);
  return std::move(json.text);
}

}  // namespace tt::broker
