// What programs that log call the parts of a record or line, and which of several names is meant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace tt::portals {

// Best first: inputs of Fluentd and Fluent Bit (tail, docker, systemd, syslog), Docker's log
// driver, the loggers of common languages, and ECS (log.level). Plugins take these, too.
inline constexpr auto kLogMessageNames =
    std::to_array<std::string_view>({"message", "log", "msg", "MESSAGE"});
inline constexpr auto kLogSeverityNames = std::to_array<std::string_view>(
    {"severity", "level", "log_level", "loglevel", "levelname", "lvl", "log.level", "PRIORITY"});
inline constexpr auto kLogHostNames =
    std::to_array<std::string_view>({"host", "hostname", "_HOSTNAME", "kubernetes.host"});
inline constexpr auto kLogServiceNames =
    std::to_array<std::string_view>({"service", "service_name", "app", "kubernetes.container_name",
                                     "container_name", "SYSLOG_IDENTIFIER", "ident"});
inline constexpr auto kLogTimeNames = std::to_array<std::string_view>(
    {"timestamp", "time", "@timestamp", "ts", "datetime", "asctime", "t"});

/// The best of some names that has been seen with a text.
template <std::size_t N>
class BestName {
 public:
  explicit BestName(const std::array<std::string_view, N>& names) : names_(names) {}
  void offer(std::string_view name, std::string_view text) {
    const std::size_t rank =
        static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    if (rank > rank_ || rank == N || trim(text).empty()) return;
    rank_ = rank;
    text_ = text;
  }
  std::string_view name() const { return rank_ < N ? names_[rank_] : std::string_view{}; }
  const std::string& text() const { return text_; }

 private:
  const std::array<std::string_view, N>& names_;
  std::size_t rank_ = N;
  std::string text_;
};

}  // namespace tt::portals
