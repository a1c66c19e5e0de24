// Reading and writing of durations, sizes and times.
// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/calendar.h"
#include "base/text.h"

namespace tt {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSec;
// Largest first: a text names its units in this order, each once.
constexpr std::array kDurationUnits{Unit{"w", 7 * kNsPerDay},    Unit{"d", kNsPerDay},
                                    Unit{"h", 3600 * kNsPerSec}, Unit{"m", 60 * kNsPerSec},
                                    Unit{"s", kNsPerSec},        Unit{"ms", kNsPerMs}};
// Written only: weeks would turn "10d" into "1w3d", and what is measured may be finer than 1 ms.
constexpr std::array kFineUnits{Unit{"us", kNsPerUs}, Unit{"ns", 1}};
constexpr std::array kSizeUnits{Unit{"TiB", 1ll << 40}, Unit{"GiB", 1ll << 30},
                                Unit{"MiB", 1ll << 20}, Unit{"KiB", 1ll << 10}};

std::size_t digits_at_start(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                  text.begin());
}

std::string two_digits(std::int64_t value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

// Takes fixed-width numbers and literals off the front of a text; the first misfit makes it fail.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  int number(std::size_t digits) {
    if (digits_at_start(text_.substr(0, digits)) != digits) failed_ = true;
    if (failed_) return 0;
    int value = 0;
    for (const char c : text_.substr(0, digits)) value = value * 10 + (c - '0');
    text_.remove_prefix(digits);
    return value;
  }
  bool take(char c) {
    if (failed_ || !text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(std::string_view literal) {
    if (!text_.starts_with(literal)) failed_ = true;
    if (!failed_) text_.remove_prefix(literal.size());
  }
  /// One or more digits after the point, cut to nanoseconds.
  std::int64_t fraction_ns() {
    const std::size_t digits = digits_at_start(text_);
    if (digits == 0) failed_ = true;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < digits ? text_[i] - '0' : 0);
    text_.remove_prefix(digits);
    return value;
  }
  std::string_view word(std::size_t letters) {
    const auto taken = text_.substr(0, letters);
    if (taken.size() < letters) failed_ = true;
    text_.remove_prefix(taken.size());
    return taken;
  }
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  bool at_end() const { return text_.empty(); }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  bool failed_ = false;
};

// Times outside what 64-bit nanoseconds hold (1677 to 2262) become the nearest that they hold.
WallNs to_wall_ns(const Civil& civil, std::int64_t offset_minutes, std::int64_t fraction_ns) {
  const std::int64_t seconds = days_from_civil(civil.year, civil.month, civil.day) * 86'400 +
                               civil.hour * 3600 + civil.minute * 60 + civil.second -
                               offset_minutes * 60;
  constexpr std::int64_t kSecondsMax = std::numeric_limits<WallNs>::max() / kNsPerSec - 1;
  if (seconds > kSecondsMax) return std::numeric_limits<WallNs>::max();
  if (seconds < -kSecondsMax) return std::numeric_limits<WallNs>::min();
  return seconds * kNsPerSec + fraction_ns;
}

// A leap second is the last one of a UTC day.
bool is_leap_second_place(const Civil& civil, int offset_minutes) {
  const int minute_of_day = (civil.hour * 60 + civil.minute - offset_minutes + 2 * 1440) % 1440;
  return minute_of_day == 1439;
}

int read_offset_minutes(TimeReader& reader) {
  if (reader.at_end() || reader.take('Z') || reader.take('z')) return 0;
  const bool is_minus = reader.take('-');
  if (!is_minus && !reader.take('+')) reader.fail();
  const int hours = reader.number(2);
  reader.need(":");
  const int minutes = reader.number(2);
  if (hours > 23 || minutes > 59) reader.fail();
  return is_minus ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

std::string format_seconds(WallNs time_ns, std::int64_t& fraction_ns) {
  std::int64_t seconds = time_ns / kNsPerSec;
  fraction_ns = time_ns % kNsPerSec;
  if (fraction_ns < 0) {
    fraction_ns += kNsPerSec;
    --seconds;
  }
  std::int64_t days = seconds / 86'400;
  std::int64_t rest = seconds % 86'400;
  if (rest < 0) {
    rest += 86'400;
    --days;
  }
  const Civil civil = civil_from_days(days);
  return two_digits(civil.year / 100) + two_digits(civil.year % 100) + "-" +
         two_digits(civil.month) + "-" + two_digits(civil.day) + "T" + two_digits(rest / 3600) +
         ":" + two_digits(rest / 60 % 60) + ":" + two_digits(rest % 60);
}

std::string padded(std::int64_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  return text.insert(0, digits - text.size(), '0');
}

int month_of(std::string_view name) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t at = kMonths.find(name);
  return name.size() == 3 && at % 3 == 0 ? static_cast<int>(at / 3 + 1) : 0;
}

void read_clock(TimeReader& reader, Civil& civil) {
  civil.hour = reader.number(2);
  reader.need(":");
  civil.minute = reader.number(2);
  reader.need(":");
  civil.second = reader.number(2);
}

// The three forms that a recipient must read, by the separator after the first day number.
Civil read_http_date(TimeReader& reader, std::string_view day_name) {
  Civil civil;
  if (!reader.take(',')) {  // asctime: "Sun Nov  6 08:49:37 1994".
    reader.need(" ");
    civil.month = month_of(reader.word(3));
    reader.need(" ");
    civil.day = reader.take(' ') ? reader.number(1) : reader.number(2);
    reader.need(" ");
    read_clock(reader, civil);
    reader.need(" ");
    civil.year = reader.number(4);
    return civil;
  }
  reader.need(" ");
  civil.day = reader.number(2);
  const bool is_old = day_name.size() > 3;  // RFC 850: "Sunday, 06-Nov-94 08:49:37 GMT".
  const std::string_view separator = is_old ? "-" : " ";
  reader.need(separator);
  civil.month = month_of(reader.word(3));
  reader.need(separator);
  civil.year = reader.number(is_old ? 2 : 4);
  if (is_old) civil.year += civil.year >= 70 ? 1900 : 2000;
  reader.need(" ");
  read_clock(reader, civil);
  reader.need(" GMT");
  return civil;
}

}  // namespace

std::optional<std::int64_t> parse_duration_ns(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  auto unit = kDurationUnits.begin();
  while (!text.empty()) {
    const std::size_t digits = digits_at_start(text);
    const auto count = parse_i64(text.substr(0, digits));
    if (digits == 0 || !count) return std::nullopt;
    text.remove_prefix(digits);
    const auto name_end = std::find_if(text.begin(), text.end(), is_digit);
    const std::string_view name(text.begin(), name_end);
    unit = std::find_if(unit, kDurationUnits.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == kDurationUnits.end()) return std::nullopt;
    text.remove_prefix(name.size());
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*count, unit->size, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return std::nullopt;
    }
    ++unit;
  }
  return total;
}

std::string format_duration(std::int64_t ns) {
  if (ns == 0) return "0s";
  if (ns == std::numeric_limits<std::int64_t>::min()) ++ns;  // Its negation does not exist.
  std::string out = ns < 0 ? "-" : "";
  std::int64_t left = ns < 0 ? -ns : ns;
  const auto write = [&](const Unit& unit) {
    if (left < unit.size) return;
    out += std::to_string(left / unit.size).append(unit.name);
    left %= unit.size;
  };
  std::for_each(kDurationUnits.begin() + 1, kDurationUnits.end(), write);
  std::for_each(kFineUnits.begin(), kFineUnits.end(), write);
  return out;
}

std::optional<std::uint64_t> parse_size_bytes(std::string_view text) {
  const std::size_t digits = digits_at_start(text);
  const auto count = parse_u64(text.substr(0, digits));
  if (!count) return std::nullopt;
  text.remove_prefix(digits);
  if (text.empty()) return count;
  for (const Unit& unit : kSizeUnits) {
    if (text != unit.name) continue;
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(*count, static_cast<std::uint64_t>(unit.size), &bytes)) break;
    return bytes;
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizeUnits) {
    const auto size = static_cast<std::uint64_t>(unit.size);
    if (bytes >= size && bytes % size == 0) return std::to_string(bytes / size).append(unit.name);
  }
  return std::to_string(bytes);
}

std::optional<WallNs> parse_time(std::string_view text) {
  TimeReader reader(text);
  Civil civil;
  civil.year = reader.number(4);
  reader.need("-");
  civil.month = reader.number(2);
  reader.need("-");
  civil.day = reader.number(2);
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) reader.fail();
  civil.hour = reader.number(2);
  reader.need(":");
  civil.minute = reader.number(2);
  std::int64_t fraction_ns = 0;
  if (reader.take(':')) {
    civil.second = reader.number(2);
    if (reader.take('.')) fraction_ns = reader.fraction_ns();
  }
  const int offset_minutes = read_offset_minutes(reader);
  if (reader.failed() || !reader.at_end() || !civil.is_real()) return std::nullopt;
  if (civil.second == 60 && !is_leap_second_place(civil, offset_minutes)) return std::nullopt;
  return to_wall_ns(civil, offset_minutes, fraction_ns);
}

std::string format_time(WallNs time_ns) {
  std::int64_t fraction_ns = 0;
  std::string out = format_seconds(time_ns, fraction_ns);
  if (fraction_ns == 0) return out + "Z";
  if (fraction_ns % kNsPerMs == 0) return out + "." + padded(fraction_ns / kNsPerMs, 3) + "Z";
  if (fraction_ns % kNsPerUs == 0) return out + "." + padded(fraction_ns / kNsPerUs, 6) + "Z";
  return out + "." + padded(fraction_ns, 9) + "Z";
}

std::string format_time_us(WallNs time_ns) {
  std::int64_t fraction_ns = 0;
  const std::string out = format_seconds(time_ns, fraction_ns);
  return out + "." + padded(fraction_ns / kNsPerUs, 6) + "Z";
}

std::optional<WallNs> parse_http_date(std::string_view text) {
  const std::size_t name_end = std::min(text.find_first_of(", "), text.size());
  TimeReader reader(text.substr(name_end));
  const Civil civil = read_http_date(reader, text.substr(0, name_end));
  if (name_end < 3 || reader.failed() || !reader.at_end() || !civil.is_real()) return std::nullopt;
  return to_wall_ns(civil, 0, 0);
}

}  // namespace tt
