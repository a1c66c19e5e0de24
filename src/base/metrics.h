// Metrics: counters, gauges and histograms for Prometheus, with labels from closed sets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tt {

/// Monotonic; one relaxed atomic add.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Seconds in fixed buckets from 100 us to 60 s.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe_seconds(double seconds) = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Owner of all metrics of one daemon. The same name and labels give the same object; a name is
/// `tt_<noun>_<unit>_total` or `tt_<noun>_<unit>`. Objects live as long as the registry.
/// Thread safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {});
  /// Prometheus text exposition format 0.0.4.
  std::string render() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tt
