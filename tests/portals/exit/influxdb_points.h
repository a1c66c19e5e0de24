// Points of InfluxDB as a reader of line protocol finds them in a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {

inline constexpr const char* kInfluxV2 =
    "{url: https://i.example.com, org: o, bucket: b, unique_times: false}";

/// A point as a reader finds it, written by the rules of the documentation and not by our writer:
/// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
struct InfluxPoint {
  std::string measurement, time;
  std::map<std::string, std::string> tags, fields;  // Strings of fields without their quotes.
};

class PointReader {
 public:
  explicit PointReader(std::string_view text) : text_(text) {}

  std::vector<InfluxPoint> points() {
    std::vector<InfluxPoint> all;
    while (at_ < text_.size()) all.push_back(point());
    return all;
  }

 private:
  InfluxPoint point() {
    InfluxPoint p;
    p.measurement = name(", ");
    while (take(',')) {
      const std::string key = name("=, ");
      EXPECT_TRUE(take('=')) << "a tag has a value";
      EXPECT_TRUE(p.tags.emplace(key, name(", =")).second) << "twice: " << key;
      EXPECT_NE(p.tags[key], "") << key;
    }
    EXPECT_TRUE(take(' '));
    do {
      const std::string key = name("=, ");
      EXPECT_TRUE(take('=')) << "a field has a value";
      EXPECT_TRUE(p.fields.emplace(key, take('"') ? string() : name(", ")).second) << key;
    } while (take(','));
    EXPECT_TRUE(take(' '));
    p.time = name("");
    EXPECT_TRUE(take('\n'));
    return p;
  }
  bool take(char c) {
    const bool is_there = at_ < text_.size() && text_[at_] == c;
    at_ += is_there;
    return is_there;
  }
  /// Up to one of `ends` that no backslash stands before.
  std::string name(std::string_view ends) {
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      const bool is_escape = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                             std::string_view(", =").find(text_[at_ + 1]) != std::string_view::npos;
      if (is_escape)
        ++at_;
      else if (ends.find(text_[at_]) != std::string_view::npos)
        break;
      out += text_[at_];
    }
    return out;
  }
  std::string string() {
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      EXPECT_NE(text_[at_], '\n') << "some servers cut here";
      if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
          (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\'))
        ++at_;
      out += text_[at_];
    }
    EXPECT_TRUE(take('"'));
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Of one request of the exit.
inline std::vector<InfluxPoint> points_of(std::string_view yaml, std::string_view ndjson) {
  const Configured configured("influxdb", yaml);
  if (!configured.portal) {
    ADD_FAILURE() << configured.problems();
    return {};
  }
  const auto request = configured.portal->encode(Outgoing(ndjson).all());
  if (!request.ok()) {
    ADD_FAILURE() << request.error().text;
    return {};
  }
  return PointReader(request->body).points();
}

}  // namespace tt::portals::test
