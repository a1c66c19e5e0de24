// Golden events of what programs send to PagerDuty and PagerDuty sends: one line an event of the
// shared data, raw fields dropped. TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "base/units.h"
#include "portals/entry/alerting_data.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kPagerdutyGolden =
    TT_SOURCE_DIR "/src/portals/entry/pagerduty/golden/shared_payloads.ndjson";

/// File name and event.
std::vector<std::pair<std::string, std::string>> decode_pagerduty_payloads() {
  std::vector<std::pair<std::string, std::string>> lines;
  const ConfiguredEntry pagerduty("pagerduty", "");
  for (const char* folder : {"/pagerduty-events-v2", "/pagerduty"}) {
    std::vector<fs::path> files(fs::directory_iterator(kAlertingData + folder), {});
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const EntryEvents events =
          decode_all(*pagerduty.portal, {file_text(file), {}}, {.raw = Raw::kDrop});
      for (std::size_t i = 0; i < events.events.size(); ++i)
        lines.emplace_back(file.filename().string(), events.events[i].json);
    }
  }
  return lines;
}

TEST(PagerdutyGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kAlertingData)) GTEST_SKIP() << "shared payloads are not here";
  std::string text;
  for (const auto& [file, json] : decode_pagerduty_payloads())
    text += "{\"file\":" + json_string(file) + ",\"event\":" + json + "}\n";
  if (std::getenv("TT_UPDATE_GOLDEN")) {
    fs::create_directories(fs::path(kPagerdutyGolden).parent_path());
    std::ofstream(kPagerdutyGolden) << text;
  }
  const auto now = split(text, '\n');
  const std::string golden = file_text(kPagerdutyGolden);
  const auto before = split(golden, '\n');
  EXPECT_EQ(now.size(), before.size());
  for (std::size_t i = 0; i < std::min(now.size(), before.size()); ++i)
    EXPECT_EQ(now[i], before[i]);
}

TEST(PagerdutyGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (!fs::exists(kAlertingData)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_pagerduty_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    const std::string_view message = text_at(*event, "message");
    for (const std::string_view bad : {"  ", "\"\"", "null", "()", " :", "unknown", "{", "\n"})
      EXPECT_EQ(message.find(bad), std::string_view::npos) << bad;
    EXPECT_EQ(message, trim(message));
    EXPECT_FALSE(message.starts_with("PagerDuty: ")) << "a documented kind of event";
    EXPECT_TRUE(text_at(*event, "kind").starts_with("urn:pagerduty:"));
    EXPECT_TRUE(parse_time(text_at(*event, "timestamp")));
    EXPECT_FALSE(text_at(*event, "severity").empty());
    EXPECT_EQ(find_at(*event, "truncated"), nullptr);
  }
}

}  // namespace
}  // namespace tt::portals::test
