// Golden events of alertmanager, prometheus, grafana and jenkins: one line an event of the shared
// payloads, raw fields dropped. TT_UPDATE_GOLDEN=1 rewrites the files.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "portals/entry/alerting_data.h"
#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;

struct Portal {
  const char* name;
  std::vector<std::string> folders;
};

class AlertsGolden : public testing::TestWithParam<Portal> {};

std::vector<std::string> payloads(const Portal& portal) {
  std::vector<std::string> files;
  for (const std::string& folder : portal.folders) {
    if (!fs::exists(kAlertingData + "/" + folder)) continue;
    for (const auto& one : fs::directory_iterator(kAlertingData + "/" + folder))
      if (one.path().extension() == ".json")
        files.push_back(folder + "/" + one.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What was captured on the wire stands in `body`, with its target beside it.
EntryEvents decode_payload(const EntryPortal& portal, const std::string& file) {
  std::string body = file_text(kAlertingData + "/" + file), path;
  if (const auto captured = parse_json(body); captured && find_at(*captured, "_http")) {
    body = json_text(*find_at(*captured, "body"));
    path = text_at(*captured, "_http.target");
  }
  const net::Headers headers;
  EntryEvents events;
  const auto refusal = portal.decode({.path = path.starts_with("/api/") ? path : "",
                                      .headers = &headers,
                                      .body = body,
                                      .now_ns = kArrival},
                                     {.raw = Raw::kDrop}, events);
  EXPECT_FALSE(refusal) << file << " " << refusal->text;
  return events;
}

/// File name and event, in order.
std::vector<std::pair<std::string, std::string>> decode_alert_payloads(const Portal& portal) {
  std::vector<std::pair<std::string, std::string>> lines;
  const ConfiguredEntry entry(portal.name, "");
  for (const std::string& file : payloads(portal)) {
    const EntryEvents events = decode_payload(*entry.portal, file);
    for (std::size_t i = 0; i < events.events.size(); ++i)
      lines.emplace_back(file, events.events[i].json);
  }
  return lines;
}

TEST_P(AlertsGolden, events_of_the_shared_payloads_are_as_before) {
  if (payloads(GetParam()).empty()) GTEST_SKIP() << "shared payloads are not here";
  expect_golden(GetParam().name, decode_alert_payloads(GetParam()));
}

TEST_P(AlertsGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (payloads(GetParam()).empty()) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_alert_payloads(GetParam())) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    expect_readable(*event, {"  ", "\"\"", "null", "()", " :", "unknown", "\n"});
    const std::string kind(text_at(*event, "kind"));
    EXPECT_TRUE(kind.starts_with(std::string("urn:") + GetParam().name + ":"));
    EXPECT_FALSE(kind.ends_with(":unknown"));
    EXPECT_FALSE(text_at(*event, "source").empty());
    EXPECT_FALSE(text_at(*event, "alert_key").empty());
    EXPECT_FALSE(text_at(*event, "alert_state").empty());
  }
}

const Portal kPortals[] = {
    {"alertmanager", {"alertmanager-webhook"}},
    {"prometheus", {"prometheus-v2-alert-post", "keep-mock-prometheus-alert"}},
    {"grafana", {"grafana-unified", "grafana"}},
    {"jenkins", {"jenkins-notification"}},
};
std::string portal_name(const testing::TestParamInfo<Portal>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Portals, AlertsGolden, testing::ValuesIn(kPortals), portal_name);

TEST(AlertsGolden, one_alert_has_one_key_whichever_way_it_comes) {
  const std::string posted = "prometheus-v2-alert-post/live-prometheus-2.42.03.json";
  const std::string told = "alertmanager-webhook/live-alertmanager-0.25.05.json";
  if (!fs::exists(kAlertingData + "/" + posted)) GTEST_SKIP() << "shared payloads are not here";
  const ConfiguredEntry prometheus("prometheus", ""), alertmanager("alertmanager", "");
  const EntryEvents here = decode_payload(*prometheus.portal, posted);
  const EntryEvents there = decode_payload(*alertmanager.portal, told);
  ASSERT_EQ(here.events.size(), 1u);
  ASSERT_EQ(there.events.size(), 1u);
  EXPECT_EQ(here.events[0].text("alert_key"), there.events[0].text("alert_key"));
  EXPECT_EQ(here.events[0].text("message"), there.events[0].text("message"));
}

}  // namespace
}  // namespace tt::portals::test
