// Every metric of the daemon: its name, type, labels and help in one table, which the code that
// counts, the page docs/reference/metrics.md and its tests read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/metrics.h"

namespace tt {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

struct MetricRow {
  std::string_view name;
  MetricType type;
  std::string_view labels;  ///< Space separated, as the series have them.
  std::string_view help;    ///< In `/metrics` and in the page; a fragment, without a full stop.
};

// clang-format off
/// In the order of the page. Counters count from the start of the process.
inline constexpr MetricRow kMetricRows[] = {
    // ---- Entries ----
    {"tt_entry_requests_total", MetricType::kCounter, "entry result",
     "Requests, or frames of a stream, by what became of them: handled, refused, unauthorised; "
     "beside these, repeat counts what was known already"},
    {"tt_entry_events_total", MetricType::kCounter, "entry result",
     "Events by what became of them: accepted, rejected; the entry `self` has those about the "
     "router"},
    {"tt_entry_files", MetricType::kGauge, "entry", "Files that an entry reads"},
    {"tt_entry_unread_bytes", MetricType::kGauge, "entry", "Bytes of these files not read yet"},
    {"tt_self_events_dropped_total", MetricType::kCounter, "",
     "Reports of the router about itself that found no room"},
    // ---- Rules ----
    {"tt_events_unrouted_total", MetricType::kCounter, "", "Events that no rule sent anywhere"},
    {"tt_rule_errors_total", MetricType::kCounter, "",
     "Conditions that ended in an error, which means no match"},
    {"tt_config_generation", MetricType::kGauge, "", "Number of the configuration in force"},
    {"tt_config_reload_refused", MetricType::kGauge, "",
     "1 while the newest reload was refused and an older configuration is in force"},
    {"tt_reloads_total", MetricType::kCounter, "result", "Reloads by result: applied, refused"},
    // ---- Exits ----
    {"tt_exit_accepted_events_total", MetricType::kCounter, "exit",
     "Events that an exit was given to decide on: the sum of the next two"},
    {"tt_exit_events_total", MetricType::kCounter, "exit result",
     "Events of an exit by what became of them: delivered, filtered, suppressed, dead"},
    {"tt_exit_pending_events", MetricType::kGauge, "exit",
     "Events that an exit has not decided on yet"},
    {"tt_exit_behind_events", MetricType::kGauge, "exit",
     "Events between the cursor and the visible mark"},
    {"tt_exit_lag_bytes", MetricType::kGauge, "exit",
     "Bytes of the tunnel that an exit holds back"},
    {"tt_exit_lag_seconds", MetricType::kGauge, "exit",
     "Age of the oldest event it has not decided on"},
    {"tt_exit_lag_percent", MetricType::kGauge, "exit", "Its lag as a part of its max_lag"},
    {"tt_exit_down", MetricType::kGauge, "exit",
     "1 while an exit does not answer and only probes are sent"},
    {"tt_exit_parked_events", MetricType::kGauge, "exit",
     "Failing events, and what waits for them, that later ones were delivered past"},
    {"tt_exit_retries_total", MetricType::kCounter, "exit", "Attempts that were not the last"},
    {"tt_exit_template_errors_total", MetricType::kCounter, "exit", "Template holes that failed"},
    {"tt_exit_request_seconds", MetricType::kHistogram, "exit", "Time to an answer"},
    {"tt_attempts_dropped_total", MetricType::kCounter, "", "Attempts that were not noted"},
    // ---- Replays ----
    {"tt_replay_accepted_events_total", MetricType::kCounter, "exit",
     "Events that a replay was given to decide on: the sum of the next two"},
    {"tt_replay_events_total", MetricType::kCounter, "exit result",
     "Events of replays by what became of them, as tt_exit_events_total"},
    {"tt_replay_pending_events", MetricType::kGauge, "exit",
     "Events that a replay has not decided on yet"},
    {"tt_replay_behind_events", MetricType::kGauge, "exit",
     "Events between the cursor of a replay and its end"},
    {"tt_replay_parked_events", MetricType::kGauge, "exit",
     "Failing events, and what waits for them, that a replay has delivered later ones past"},
    // ---- Tunnel ----
    {"tt_tunnel_full", MetricType::kGauge, "", "1 while intake is refused for space"},
    {"tt_tunnel_records_total", MetricType::kCounter, "", "Events appended"},
    {"tt_tunnel_bytes_total", MetricType::kCounter, "", "Bytes of records appended"},
    {"tt_tunnel_groups_total", MetricType::kCounter, "", "Group commits"},
    {"tt_tunnel_sync_seconds", MetricType::kHistogram, "", "Duration of fdatasync"},
    {"tt_tunnel_idempotent_repeats_total", MetricType::kCounter, "",
     "Requests answered from a known idempotency key"},
    {"tt_tunnel_segments", MetricType::kGauge, "", "Segments of the log"},
    {"tt_tunnel_disk_bytes", MetricType::kGauge, "", "Bytes of segments and spares"},
    {"tt_tunnel_corrupt_records_total", MetricType::kCounter, "",
     "Damaged stretches found in the log"},
    {"tt_tunnel_recovery_cut_bytes", MetricType::kCounter, "", "Torn bytes removed at starts"},
    {"tt_tunnel_uncertain_total", MetricType::kCounter, "",
     "Stretches missing from a group that was not synced when the power went"},
    {"tt_tunnel_dead_dropped_total", MetricType::kCounter, "",
     "Dead letters that made room for newer ones"},
    {"tt_tunnel_dead_damaged_total", MetricType::kCounter, "",
     "Damaged stretches found in files of dead letters"},
    {"tt_clock_jumps_total", MetricType::kCounter, "", "Times the wall clock was set"},
    // ---- HTTP and streams ----
    {"tt_http_requests_total", MetricType::kCounter, "", "Requests handed to a handler"},
    {"tt_http_request_errors_total", MetricType::kCounter, "reason",
     "Requests refused before a handler saw them"},
    {"tt_http_connections", MetricType::kGauge, "", "Open HTTP connections"},
    {"tt_http_refused_connections_total", MetricType::kCounter, "",
     "Connections refused because there were too many"},
    {"tt_http_client_requests_total", MetricType::kCounter, "result",
     "Requests sent by exits: answered, failed"},
    {"tt_http_client_in_flight", MetricType::kGauge, "", "Requests without an answer yet"},
    {"tt_stream_connections", MetricType::kGauge, "", "Open stream connections"},
    {"tt_stream_refused_connections_total", MetricType::kCounter, "",
     "Stream connections refused because there were too many"},
    {"tt_stream_datagrams_total", MetricType::kCounter, "", "Datagrams received"},
    {"tt_stream_datagrams_lost_total", MetricType::kCounter, "",
     "Datagrams that the kernel dropped before we read them"},
};
// clang-format on

/// A name of the table with that type; any other one does not compile.
template <MetricType kType>
class MetricName {
 public:
  consteval MetricName(const char* name) : row_(&find(name)) {}  // NOLINT: implicit by design.
  const MetricRow& row() const { return *row_; }

 private:
  static consteval const MetricRow& find(std::string_view name) {
    for (const MetricRow& row : kMetricRows)
      if (row.name == name && row.type == kType) return row;
    is_not_in_the_table();
    return kMetricRows[0];
  }
  static void is_not_in_the_table();  // No constant expression: a call of it does not compile.
  const MetricRow* row_;
};

/// The metric of a registry, as Metrics gives it; the help comes from the table.
inline Counter& counter(Metrics& metrics, MetricName<MetricType::kCounter> name,
                        Labels labels = {}) {
  return metrics.counter(name.row().name, name.row().help, std::move(labels));
}
inline Gauge& gauge(Metrics& metrics, MetricName<MetricType::kGauge> name, Labels labels = {}) {
  return metrics.gauge(name.row().name, name.row().help, std::move(labels));
}
inline Histogram& histogram(Metrics& metrics, MetricName<MetricType::kHistogram> name,
                            Labels labels = {}) {
  return metrics.histogram(name.row().name, name.row().help, std::move(labels));
}

}  // namespace tt
