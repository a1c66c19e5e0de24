// Parts of timestamps, in UTC or a time zone, and of durations.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "base/time_zone.h"
#include "cel/calendar.h"
#include "cel/functions.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

Prepared prepare_zone(std::span<const Value* const> constants) {
  if (constants.size() < 2 || !constants[1] || !constants[1]->is_string()) return {};
  auto zone = find_time_zone(constants[1]->as_string());
  if (!zone) {
    return {nullptr, "unknown time zone " + json_string(constants[1]->as_string()), {}};
  }
  return {std::move(zone), {}, {}};
}

/// The local time of the first argument in the zone of the second, if there is one.
template <class Part>
Value part_of(const CallContext& context, Arguments a, Part part) {
  const Timestamp time = a[0].as_timestamp();
  std::int64_t seconds = time.seconds;
  if (context.state) {
    seconds += static_cast<const TimeZone*>(context.state)->offset_seconds(seconds);
  } else if (a.size() > 1) {
    const auto zone = find_time_zone(a[1].as_string());
    if (!zone) return Value::error("unknown time zone " + json_string(a[1].as_string()));
    seconds += zone->offset_seconds(seconds);
  }
  return Value::int64(part(civil_from_seconds(seconds), time));
}

template <std::int64_t (*kPart)(const Civil&, Timestamp)>
Value timestamp_part(const CallContext& context, Arguments a) {
  return part_of(context, a, kPart);
}

std::int64_t year(const Civil& c, Timestamp) { return c.year; }
std::int64_t month(const Civil& c, Timestamp) { return c.month - 1; }
std::int64_t date(const Civil& c, Timestamp) { return c.day; }
std::int64_t day_of_month(const Civil& c, Timestamp) { return c.day - 1; }
std::int64_t day_of_week(const Civil& c, Timestamp) { return c.weekday; }
std::int64_t day_of_year(const Civil& c, Timestamp) { return c.day_of_year; }
std::int64_t hours(const Civil& c, Timestamp) { return c.hour; }
std::int64_t minutes(const Civil& c, Timestamp) { return c.minute; }
std::int64_t seconds(const Civil& c, Timestamp) { return c.second; }
std::int64_t milliseconds(const Civil&, Timestamp t) { return t.nanos / kNsPerMs; }

template <std::int64_t kUnit>
Value duration_in(const CallContext&, Arguments a) {
  return Value::int64(a[0].as_duration_ns() / kUnit);
}

/// Only the part below a second, unlike its siblings: so the conformance suite has it.
Value duration_milliseconds(const CallContext&, Arguments a) {
  return Value::int64(a[0].as_duration_ns() / kNsPerMs % 1000);
}

}  // namespace

void add_time_functions(Library& library) {
  library.title("Times and durations");
  const auto part = [&](std::string_view name, Implementation call) {
    library.method(name, "timestamp", "int", call);
    library.method(name, "timestamp, string", "int", call, prepare_zone);
  };
  part("getFullYear", timestamp_part<year>);
  part("getMonth", timestamp_part<month>);
  part("getDate", timestamp_part<date>);
  part("getDayOfMonth", timestamp_part<day_of_month>);
  part("getDayOfWeek", timestamp_part<day_of_week>);
  part("getDayOfYear", timestamp_part<day_of_year>);
  part("getHours", timestamp_part<hours>);
  part("getMinutes", timestamp_part<minutes>);
  part("getSeconds", timestamp_part<seconds>);
  part("getMilliseconds", timestamp_part<milliseconds>);
  library.method("getHours", "duration", "int", duration_in<3600 * kNsPerSec>);
  library.method("getMinutes", "duration", "int", duration_in<60 * kNsPerSec>);
  library.method("getSeconds", "duration", "int", duration_in<kNsPerSec>);
  library.method("getMilliseconds", "duration", "int", duration_milliseconds);
  library.about("getFullYear", "the year", "timestamp('2026-01-31T23:30:00Z').getFullYear()",
                "2026");
  library.about("getMonth", "the month, January is 0",
                "timestamp('2026-01-31T23:30:00Z').getMonth('Europe/Berlin')", "1");
  library.about("getDate", "the day of the month, from 1",
                "timestamp('2026-01-31T23:30:00Z').getDate('Europe/Berlin')", "1");
  library.about("getDayOfMonth", "the day of the month, from 0",
                "timestamp('2026-01-31T23:30:00Z').getDayOfMonth()", "30");
  library.about("getDayOfWeek", "the day of the week, Sunday is 0",
                "timestamp('2026-01-31T23:30:00Z').getDayOfWeek()", "6");
  library.about("getDayOfYear", "the day of the year, from 0",
                "timestamp('2026-01-31T23:30:00Z').getDayOfYear()", "30");
  library.about("getHours", "the hour, also of a duration (all of it in hours)",
                "timestamp('2026-01-31T23:30:00Z').getHours('+02:00')", "1");
  library.about("getMinutes", "the minute, also of a duration (all of it in minutes)",
                "duration('1h30m').getMinutes()", "90");
  library.about("getSeconds", "the second, also of a duration (all of it in seconds)",
                "duration('1h30m').getSeconds()", "5400");
  library.about("getMilliseconds", "the part below a second, in milliseconds",
                "duration('1.250s').getMilliseconds()", "250");
}

}  // namespace tt::cel
