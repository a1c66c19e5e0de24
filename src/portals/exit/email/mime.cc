// Encoding of mail.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/email/mime.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tt::portals::exit::email {
namespace {

// RFC 2047 section 2: a line with encoded words has at most 76 characters; "=?utf-8?B?" and "?="
// are 12 of them, and four of base64 hold three bytes.
constexpr std::size_t kEncodedLineMax = 76, kWordFrame = 12;
constexpr std::size_t kBodyLineMax = 76;
// RFC 5322 section 2.1.1.
constexpr std::size_t kLineMax = 78;

std::string encoded_words(std::string_view text, std::size_t column) {
  std::string out;
  while (!text.empty()) {
    const std::string_view part = clip_bytes(text, (kEncodedLineMax - column - kWordFrame) / 4 * 3);
    if (!out.empty()) out += "\r\n ";
    column = 1;
    out += "=?utf-8?B?" + base64(part) + "?=";
    text.remove_prefix(part.size());
  }
  return out;
}

std::string folded(std::string_view text, std::size_t column) {
  std::string out;
  for (const std::string_view word : split(text, ' ')) {
    if (!out.empty()) {
      const bool is_too_long = column + 1 + word.size() > kLineMax;
      out += is_too_long ? "\r\n " : " ";
      column = is_too_long ? 1 : column + 1;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace

std::string header_field(std::string_view name, std::string_view text) {
  const std::string line = printable(to_utf8(text));
  // "=?" would be read as the beginning of an encoded word; words that fill lines cannot be folded,
  // and where spaces follow each other a fold may leave a line of nothing else, which some readers
  // take for the end of the head (RFC 5322 section 4.2).
  const auto words = split(line, ' ');
  const bool is_plain =
      std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }) &&
      line.find("=?") == std::string::npos &&
      std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return !word.empty() && word.size() < kLineMax - 20;
      });
  return std::string(name) + ": " +
         (is_plain ? folded(line, name.size() + 2) : encoded_words(line, name.size() + 2)) + "\r\n";
}

std::string address_field(std::string_view name, const std::vector<std::string>& addresses) {
  return std::string(name) + ": " + join(addresses, ",\r\n ") + "\r\n";
}

std::string base64_body(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n' && !lines.ends_with('\r')) lines += '\r';
    lines += c;
  }
  const std::string all = base64(lines);
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += kBodyLineMax)
    out += all.substr(at, kBodyLineMax) + "\r\n";
  return out;
}

std::string mail_date(WallNs time_ns) {
  constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t kDaySec = 86'400;
  const std::int64_t seconds = std::max<WallNs>(0, time_ns) / kNsPerSec;
  const std::int64_t days = seconds / kDaySec, rest = seconds % kDaySec;
  const Civil date = civil_from_days(days);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[days % 7], date.day,
                     kMonths[date.month - 1], date.year, rest / 3600, rest / 60 % 60, rest % 60);
}

bool is_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != ',' && c != '"';
         });
}

}  // namespace tt::portals::exit::email
