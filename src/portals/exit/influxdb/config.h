// Options of the exit `influxdb`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/field.h"

namespace tt::portals::exit::influxdb {

enum class Version : std::uint8_t { kV1, kV2 };

}  // namespace tt::portals::exit::influxdb

namespace tt::config {

template <>
struct EnumWords<portals::exit::influxdb::Version> {
  static constexpr EnumWord words[] = {{"v1", 0}, {"v2", 1}};
};

}  // namespace tt::config

namespace tt::portals::exit::influxdb {

// Sorted, as the server wants them for speed
// (https://docs.influxdata.com/influxdb/v2/write-data/best-practices/optimize-writes/).
constexpr std::array<std::string_view, 6> kTags{"host",    "kind",     "project",
                                                "service", "severity", "source"};
constexpr std::array<std::string_view, 7> kFields{"message", "view_link", "ack_link",   "actor",
                                                  "status",  "alert_key", "alert_state"};
// Measurement and tags of a point have 65,535 bytes together (models.MaxKeyLength of
// https://github.com/influxdata/influxdb); this leaves room for 60 of them.
constexpr std::size_t kTagBytesMax = 1024;

struct Config {
  using Tags = std::vector<std::pair<std::string, tmpl::Template>>;
  using Fields = std::vector<std::pair<std::string, tmpl::JsonTemplate>>;

  config::Url url;
  std::optional<Version> version;
  std::string org, bucket;
  Secret token;
  std::string database, retention_policy;
  tmpl::Template measurement = tmpl::Template::literal("events");
  Tags tags;
  Fields extra_fields;
  bool unique_times = true;

  bool is_v2() const { return version ? *version == Version::kV2 : database.empty(); }
  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the server, without `/write`.")
            .required()
            .example("https://influxdb.example.com:8086"),
        config::field("version", &Config::version,
                      "API: `v2` (InfluxDB 2 and 3) with `bucket`, `v1` with `database`.")
            .default_text("v2, or v1 when `database` is given"),
        config::field("org", &Config::org, "v2: organization; InfluxDB 2 wants one, 3 does not.")
            .default_text("none")
            .example("acme"),
        config::field("bucket", &Config::bucket, "v2: bucket, or database of InfluxDB 3.")
            .default_text("none")
            .example("events"),
        config::field("token", &Config::token, "API token; v1 mostly has `auth: {basic: ...}`.")
            .default_text("none")
            .example("{env: INFLUXDB_TOKEN}"),
        config::field("database", &Config::database, "v1: database.").default_text("none"),
        config::field("retention_policy", &Config::retention_policy, "v1: retention policy.")
            .default_text("that of the database"),
        config::field("measurement", &Config::measurement, "Name of the measurement.")
            .example("'{{ event.project }}'"),
        config::field("tags", &Config::tags,
                      "More tags. An empty text leaves one out, also one of those that are always "
                      "there: host, kind, project, service, severity, source.")
            .default_text("none")
            .example("{env: prod, source: ''}"),
        config::field("fields", &Config::extra_fields,
                      "More fields; texts, numbers (stored as floats) and booleans keep their "
                      "type. `null` or an empty text leaves one out, also one of those that are "
                      "always there: id, "
                      "message, view_link, ack_link, actor, status, alert_key, alert_state.")
            .default_text("none")
            .example("{seconds: '{{ event.duration }}'}"),
        config::field("unique_times", &Config::unique_times,
                      "InfluxDB keeps one point for each time and set of tags. Digits below the "
                      "milli- or microsecond that the timestamp leaves at zero are taken from the "
                      "event's number, so that events of one moment stay apart."),
    };
  }

  static Status check(const Config& c);
};

template <class Map>
bool has_name(const Map& map, std::string_view name) {
  return std::any_of(map.begin(), map.end(), [&](const auto& one) { return one.first == name; });
}

/// Whether points have a tag of this name, configured or usual.
bool is_tag(const Config& c, std::string_view name);

}  // namespace tt::portals::exit::influxdb
