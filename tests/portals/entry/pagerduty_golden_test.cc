// Golden events of what programs send to PagerDuty and PagerDuty sends: one line an event of the
// shared data, raw fields dropped. TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "portals/entry/alerting_data.h"
#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;

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
  expect_golden("pagerduty", decode_pagerduty_payloads());
}

TEST(PagerdutyGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (!fs::exists(kAlertingData)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_pagerduty_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    expect_readable(*event, {"  ", "\"\"", "null", "()", " :", "unknown", "{", "\n"});
    EXPECT_FALSE(text_at(*event, "message").starts_with("PagerDuty: "))
        << "a documented kind of event";
    EXPECT_TRUE(text_at(*event, "kind").starts_with("urn:pagerduty:"));
  }
}

}  // namespace
}  // namespace tt::portals::test
