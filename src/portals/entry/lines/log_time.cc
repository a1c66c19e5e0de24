// Each form becomes the one that the rest of the program knows.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/lines/log_time.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "base/units.h"

namespace tt::portals::entry::lines {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Times from 1973 to 2286 have 9 or 10 digits in seconds, and three more in each smaller unit.
std::int64_t epoch_unit_ns(std::size_t digits) {
  for (std::int64_t unit_ns = kNsPerSec; unit_ns > 0 && digits > 8; unit_ns /= 1000, digits -= 3)
    if (digits <= 10) return unit_ns;
  return 0;
}

std::string read_epoch(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const std::int64_t unit_ns = epoch_unit_ns(whole.size());
  if (!std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit))
    return "";
  const auto value = parse_i64(whole);
  // 2262 is where nanoseconds of 64 bits end.
  if (!value || unit_ns == 0 || *value > INT64_MAX / unit_ns) return "";
  std::int64_t ns = *value * unit_ns;
  for (std::int64_t part_ns = unit_ns / 10; !fraction.empty() && part_ns > 0; part_ns /= 10) {
    if (ns > INT64_MAX - 9 * part_ns) return "";
    ns += (fraction[0] - '0') * part_ns;
    fraction.remove_prefix(1);
  }
  return format_time(ns);
}

/// `+0100` as `+01:00`.
std::string with_colon(std::string_view zone) {
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::string(zone);
  return std::string(zone.substr(0, 3)) + ":" + std::string(zone.substr(3));
}

/// RFC 3339 of what parse_time() takes, which is more: a space for the T, no zone, no seconds. What
/// is there keeps its digits and its offset.
std::string checked(std::string text) {
  const auto time_ns = parse_time(text);
  if (!time_ns || text.starts_with("0001-")) return "";
  text[10] = 'T';
  if (text.back() == 'z') text.back() = 'Z';
  const char sign = text.size() > 6 ? text[text.size() - 6] : ' ';
  if (text.back() != 'Z' && sign != '+' && sign != '-') text += 'Z';
  return text.size() > 16 && text[16] == ':' ? text : format_time(*time_ns);
}

/// https://httpd.apache.org/docs/2.4/logs.html#common; nginx writes `$time_local` so too.
std::string read_common(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':') return "";
  const std::size_t month = kMonths.find(text.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return "";
  const std::string number = std::to_string(month / 3 + 1);
  return checked(std::string(text.substr(7, 4)) + (number.size() == 1 ? "-0" : "-") + number + "-" +
                 std::string(text.substr(0, 2)) + "T" + std::string(text.substr(12, 8)) +
                 with_colon(text.substr(21)));
}

std::string read_iso(std::string_view text) {
  std::string iso(text);
  if (iso.size() > 10 && iso[4] == '/' && iso[7] == '/') iso[4] = iso[7] = '-';
  if (iso.size() > 20 && iso[19] == ',') iso[19] = '.';
  const std::size_t sign = iso.size() > 5 ? iso.size() - 5 : 0;
  if (sign > 10 && (iso[sign] == '+' || iso[sign] == '-') &&
      std::all_of(iso.begin() + static_cast<std::ptrdiff_t>(sign) + 1, iso.end(), is_digit))
    iso.replace(sign, 5, with_colon(iso.substr(sign)));
  if (const std::size_t space = iso.find_last_of(' '); space != std::string::npos && space > 10)
    iso.erase(space, 1);  // In front of the offset.
  return checked(std::move(iso));
}

}  // namespace

std::string read_log_time(std::string_view text) {
  text = trim(text);
  if (text.size() < 9 || text.size() > 40) return "";
  for (const auto& read : {read_epoch, read_common, read_iso})
    if (std::string time = read(text); !time.empty()) return time;
  return "";
}

}  // namespace tt::portals::entry::lines
