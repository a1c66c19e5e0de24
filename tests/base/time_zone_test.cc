// Offsets of fixed zones, zone files and their rules.
// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <gtest/gtest.h>

namespace tt {
namespace {

constexpr std::int64_t kJanuary2026 = 1'767'225'600;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kJuly2026 = 1'782'864'000;     // 2026-07-01T00:00:00Z
constexpr std::int64_t kJuly2090 = 3'802'636'800;     // 2090-07-02T00:00:00Z

TEST(TimeZone, fixed_offsets_have_a_sign_or_none) {
  EXPECT_EQ(find_time_zone("+02:00")->offset_seconds(0), 7200);
  EXPECT_EQ(find_time_zone("-08:30")->offset_seconds(0), -30'600);
  EXPECT_EQ(find_time_zone("02:00")->offset_seconds(0), 7200);
  EXPECT_EQ(find_time_zone("UTC")->offset_seconds(0), 0);
}

TEST(TimeZone, names_that_leave_the_folder_are_unknown) {
  for (const char* name : {"", "../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin",
                           "No/Such_Zone", "+25:00", "Europe", "1:00"}) {
    EXPECT_EQ(find_time_zone(name), nullptr) << name;
  }
}

TEST(TimeZone, zone_files_know_summer_time) {
  const auto berlin = find_time_zone("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "no zone files on this machine";
  EXPECT_EQ(berlin->offset_seconds(kJanuary2026), 3600);
  EXPECT_EQ(berlin->offset_seconds(kJuly2026), 7200);
  EXPECT_EQ(berlin->offset_seconds(kJuly2090), 7200);
  // 2026-03-29T01:00:00Z
  EXPECT_EQ(berlin->offset_seconds(1'774'746'000 - 1), 3600);
  EXPECT_EQ(berlin->offset_seconds(1'774'746'000), 7200);
}

TEST(TimeZone, rules_work_on_both_hemispheres) {
  const auto berlin = read_posix_zone("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->offset_seconds(1'774'746'000 - 1), 3600);
  EXPECT_EQ(berlin->offset_seconds(1'774'746'000), 7200);
  const auto sydney = read_posix_zone("AEST-10AEDT,M10.1.0,M4.1.0/3");
  ASSERT_TRUE(sydney);
  EXPECT_EQ(sydney->offset_seconds(kJanuary2026), 39'600);
  EXPECT_EQ(sydney->offset_seconds(kJuly2026), 36'000);
  EXPECT_EQ(read_posix_zone("<+0545>-5:45")->offset_seconds(0), 20'700);
}

TEST(TimeZone, malformed_rules_and_files_are_refused) {
  for (const char* text : {"", "CE", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x"}) {
    EXPECT_EQ(read_posix_zone(text), nullptr) << text;
  }
  EXPECT_EQ(read_time_zone("TZif"), nullptr);
  EXPECT_EQ(read_time_zone(std::string("TZif2") + std::string(39, '\xff')), nullptr);
}

}  // namespace
}  // namespace tt
