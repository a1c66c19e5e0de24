// What tests of PagerDuty's entry share: its paths, an alert, and what came of a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {

inline constexpr char kPagerdutyEnqueue[] = "/v2/enqueue";
inline constexpr char kPagerdutyChange[] = "/v2/change/enqueue";
inline constexpr char kPagerdutyOld[] = "/generic/2010-04-15/create_event.json";

inline constexpr char kPagerdutyTrigger[] = R"({
  "routing_key": "key-one", "event_action": "trigger", "dedup_key": "srv01/HTTP",
  "payload": {"summary": "Disk of host1 is full", "timestamp": "2015-07-17T08:42:58.315+0000",
    "source": "host1.example.com", "severity": "critical", "component": "postgres",
    "group": "prod-datapipe", "class": "disk", "custom_details": {"load avg": 0.750}},
  "images": [{"src": "https://img.example/1.png"}],
  "links": [{"href": "https://run.example/disk", "text": "Runbook"}],
  "client": "Watcher", "client_url": "https://watcher.example"})";

/// What came of one request.
struct PagerdutyOutcome {
  EntryEvents events;
  std::optional<EntryRefusal> refusal;

  std::string operator[](std::string_view name) const {
    if (events.events.size() != 1) return "not one event";
    const event::Field* field = events.events[0].find(name);
    return field ? events.events[0].text(*field) : "";
  }
  std::string answer() const {
    if (refusal) return std::to_string(refusal->status) + " " + refusal->body;
    return events.reply ? std::to_string(events.reply->status) + " " + events.reply->body : "";
  }
};

inline PagerdutyOutcome post_pagerduty(const ConfiguredEntry& portal, std::string_view path,
                                       std::string_view body, net::Headers headers = {}) {
  PagerdutyOutcome outcome;
  const EntryRequest request{.path = path, .headers = &headers, .body = body, .now_ns = kArrival};
  outcome.refusal = portal->decode(request, {}, outcome.events);
  return outcome;
}

}  // namespace tt::portals::test
