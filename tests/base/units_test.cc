// Tests of durations, sizes and times, with published vectors where there are some.
// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <set>
#include <string>

#include "base/disk.h"

namespace tt {
namespace {

constexpr WallNs kNewYear2026 = 1'767'225'600 * kNsPerSec;

TEST(Duration, reads_units_in_falling_order) {
  EXPECT_EQ(parse_duration_ns("200ms"), 200 * kNsPerMs);
  EXPECT_EQ(parse_duration_ns("1h30m"), 5400 * kNsPerSec);
  EXPECT_EQ(parse_duration_ns("7d"), 7 * 86'400 * kNsPerSec);
  EXPECT_EQ(parse_duration_ns("2w"), 14 * 86'400 * kNsPerSec);
  EXPECT_EQ(parse_duration_ns("1m1s1ms"), 61 * kNsPerSec + kNsPerMs);
  EXPECT_EQ(parse_duration_ns("0s"), 0);
}

TEST(Duration, refuses_everything_else) {
  for (const char* bad : {"", "5", "s", "-1s", "+1s", "1 s", " 1s", "1.5h", "30m1h", "1h1h", "1H",
                          "1us", "99999999999w", "99999999999999999999s", "1h30"}) {
    EXPECT_EQ(parse_duration_ns(bad), std::nullopt) << bad;
  }
}

TEST(Duration, is_written_in_its_shortest_exact_form) {
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(90 * 60 * kNsPerSec), "1h30m");
  EXPECT_EQ(format_duration(24 * 3600 * kNsPerSec), "1d");
  EXPECT_EQ(format_duration(14 * 86'400 * kNsPerSec), "14d");
  EXPECT_EQ(format_duration(1500 * kNsPerMs), "1s500ms");
  EXPECT_EQ(format_duration(-1500), "-1us500ns");
  EXPECT_EQ(format_duration(std::numeric_limits<std::int64_t>::min())[0], '-');
  for (const char* text : {"200ms", "1h30m", "7d", "1d1h1m1s1ms"}) {
    EXPECT_EQ(format_duration(*parse_duration_ns(text)), text);
  }
}

TEST(Size, reads_bytes_and_binary_units) {
  EXPECT_EQ(parse_size_bytes("512"), 512u);
  EXPECT_EQ(parse_size_bytes("64KiB"), 65'536u);
  EXPECT_EQ(parse_size_bytes("1MiB"), 1'048'576u);
  EXPECT_EQ(parse_size_bytes("10GiB"), 10'737'418'240u);
  for (const char* bad :
       {"", "KiB", "1KB", "1k", "1 KiB", "-1", "1.5GiB", "1kib", "99999999999TiB", "20000000TiB"}) {
    EXPECT_EQ(parse_size_bytes(bad), std::nullopt) << bad;
  }
}

TEST(Size, is_written_in_the_largest_unit_that_divides_it) {
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1023), "1023");
  EXPECT_EQ(format_size(1536), "1536");
  EXPECT_EQ(format_size(3 * 512 * 1024), "1536KiB");
  EXPECT_EQ(format_size(10'737'418'240), "10GiB");
}

TEST(Time, reads_rfc_3339) {
  EXPECT_EQ(parse_time("2026-01-01T00:00:00Z"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01t01:30:00.5+01:30"), kNewYear2026 + kNsPerSec / 2);
  EXPECT_EQ(parse_time("2025-12-31T19:00:00-05:00"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01T00:00:00.1234567899Z"), kNewYear2026 + 123'456'789);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59.999Z"), -kNsPerMs);
}

TEST(Time, reads_the_forms_that_people_write) {
  EXPECT_EQ(parse_time("2026-01-01 00:00:00Z"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01 00:00:00"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01T00:00"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01 00:00Z"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01 02:00+02:00"), kNewYear2026);
}

TEST(Time, a_leap_second_is_the_first_moment_of_the_next_day) {
  EXPECT_EQ(parse_time("2025-12-31T23:59:60Z"), kNewYear2026);
  EXPECT_EQ(parse_time("2026-01-01T05:29:60.25+05:30"), kNewYear2026 + kNsPerSec / 4);
  EXPECT_EQ(parse_time("2025-12-31T22:59:60Z"), std::nullopt);
}

TEST(Time, beyond_64_bits_becomes_the_nearest_that_fits) {
  EXPECT_EQ(parse_time("0001-01-01T00:00:00Z"), std::numeric_limits<WallNs>::min());
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), std::numeric_limits<WallNs>::max());
}

TEST(Time, is_written_with_the_digits_it_needs) {
  EXPECT_EQ(format_time(kNewYear2026), "2026-01-01T00:00:00Z");
  EXPECT_EQ(format_time(kNewYear2026 + 5 * kNsPerMs), "2026-01-01T00:00:00.005Z");
  EXPECT_EQ(format_time(kNewYear2026 + kNsPerUs), "2026-01-01T00:00:00.000001Z");
  EXPECT_EQ(format_time(kNewYear2026 + 1), "2026-01-01T00:00:00.000000001Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_time_us(kNewYear2026 + 123'456'789), "2026-01-01T00:00:00.123456Z");
}

TEST(Time, goes_there_and_back) {
  for (WallNs time = -(4ll << 60); time < (4ll << 60); time += 9'999'999'999'999'937) {
    ASSERT_EQ(parse_time(format_time(time)), time);
  }
}

TEST(HttpDate, reads_the_three_forms_of_rfc_9110) {
  const WallNs expected = 784'111'777 * kNsPerSec;
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), expected);
}

TEST(HttpDate, refuses_the_rest) {
  for (const char* bad : {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nvo 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:37 GMT ", ", 06 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
  }
}

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

// The vectors of RFC 3339 date-times must be met exactly. Those of TOML are met too, but for what
// our forms add (no-secs: a date-time without seconds) and what TOML alone knows (dates, times).
TEST(Time, agrees_with_the_published_vectors) {
  const std::string path = TT_SHARED_DIR "/data/10-timestamps/open/timestamps.json";
  const auto bytes = read_file(system_disk(), path);
  if (!bytes.ok()) GTEST_SKIP() << "no shared test data here";
  boost::json::error_code error;
  const auto vectors = boost::json::parse(*bytes, error);
  ASSERT_FALSE(error) << error.message();
  const std::set<std::string> known{"date-time", "toml-datetime", "toml-datetime-local",
                                    "toml-offset-or-local-date-time", "rfc3339"};
  int checked = 0;
  for (const auto& vector : *vectors.if_array()) {
    const auto& object = *vector.if_object();
    if (!known.contains(text_of(object, "format"))) continue;
    const std::string input = text_of(object, "input");
    const bool is_ours = input == "1987-07-05T17:45Z";
    const bool is_valid = *object.if_contains("valid")->if_bool() || is_ours;
    EXPECT_EQ(parse_time(input).has_value(), is_valid) << input;
    if (const std::string normalized = text_of(object, "normalized"); !normalized.empty()) {
      EXPECT_EQ(parse_time(input), parse_time(normalized)) << input;
    }
    ++checked;
  }
  EXPECT_GE(checked, 45);
}

// Dates alone, times alone and durations are not times of an event.
TEST(Time, refuses_dates_and_times_that_stand_alone) {
  for (const char* bad : {"2020-01-31", "08:30:06Z", "P4DT12H30M5S", "2020-01-31T", "", "TZ"}) {
    EXPECT_EQ(parse_time(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace tt
