// What is configured of PagerDuty.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <tuple>

#include "config/field.h"

namespace tt::portals::exit::pagerduty {

enum class Region : std::uint8_t { kUs, kEu };
enum class Send : std::uint8_t { kAlerts, kChanges };

}  // namespace tt::portals::exit::pagerduty

namespace tt::config {

template <>
struct EnumWords<portals::exit::pagerduty::Region> {
  static constexpr EnumWord words[] = {{"us", 0}, {"eu", 1}};
};
template <>
struct EnumWords<portals::exit::pagerduty::Send> {
  static constexpr EnumWord words[] = {{"alerts", 0}, {"changes", 1}};
};

}  // namespace tt::config

namespace tt::portals::exit::pagerduty {

struct Config {
  Secret routing_key;
  Region region = Region::kUs;
  config::Url url;
  Send send = Send::kAlerts;
  tmpl::Template summary, severity, source, component, group, kind, dedup_key;
  tmpl::JsonTemplate details;

  static constexpr auto fields() {
    return std::tuple{
        config::field("routing_key", &Config::routing_key,
                      "Integration key of a service (Events API v2) or of an orchestration.")
            .required()
            .example("{env: PAGERDUTY_KEY}"),
        config::field("region", &Config::region, "Where the account lives."),
        config::field("url", &Config::url, "Address of another server that speaks Events API v2.")
            .default_text("that of the region")
            .advanced(),
        config::field("send", &Config::send,
                      "`alerts` wake people; `changes` stand beside incidents and wake nobody."),
        config::field("summary", &Config::summary, "Title of the alert.").default_text("message"),
        config::field("severity", &Config::severity,
                      "Any severity word; sent as critical, error, warning or info.")
            .default_text("severity, else error"),
        config::field("source", &Config::source, "What is in trouble.")
            .default_text("host, source, service, project or the entry"),
        config::field("component", &Config::component, "Part of the source.")
            .default_text("service"),
        config::field("group", &Config::group, "What the source belongs to.")
            .default_text("project"),
        config::field("class", &Config::kind, "Kind of the trouble.").default_text("kind"),
        config::field("dedup_key", &Config::dedup_key,
                      "Names the alert that later events acknowledge or resolve.")
            .default_text("alert_key, else the event's id"),
        config::field("details", &Config::details, "Map of what else to show.")
            .default_text("the event's other fields")
            .example("{branch: '{{ event.branch }}'}"),
    };
  }
};

}  // namespace tt::portals::exit::pagerduty
