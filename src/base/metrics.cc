// The registry of metrics and its text form, with prometheus-cpp's histogram and serializer.
// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <mutex>
#include <variant>

#include "base/result.h"

namespace tt {
namespace {

// A 1-2.5-5 ladder from 100 us to 10 s, then what timeouts look like.
const prometheus::Histogram::BucketBoundaries& buckets() {
  static const prometheus::Histogram::BucketBoundaries all{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
      0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
  return all;
}

class BucketHistogram final : public Histogram {
 public:
  BucketHistogram() : buckets_(buckets()) {}
  void observe_seconds(double seconds) override { buckets_.Observe(seconds); }
  prometheus::ClientMetric collect() const { return buckets_.Collect(); }

 private:
  prometheus::Histogram buckets_;
};

prometheus::ClientMetric collect(const Counter& counter) {
  prometheus::ClientMetric metric;
  metric.counter.value = static_cast<double>(counter.value());
  return metric;
}

prometheus::ClientMetric collect(const Gauge& gauge) {
  prometheus::ClientMetric metric;
  metric.gauge.value = static_cast<double>(gauge.value());
  return metric;
}

prometheus::ClientMetric collect(const BucketHistogram& histogram) { return histogram.collect(); }

template <class T>
using Series = std::map<Labels, T>;

struct Family {
  std::string help;
  std::variant<Series<Counter>, Series<Gauge>, Series<BucketHistogram>> series;
};

prometheus::MetricType type_of(const Family& family) {
  constexpr prometheus::MetricType kTypes[] = {prometheus::MetricType::Counter,
                                               prometheus::MetricType::Gauge,
                                               prometheus::MetricType::Histogram};
  return kTypes[family.series.index()];
}

prometheus::MetricFamily collect(const std::string& name, const Family& family) {
  prometheus::MetricFamily out{name, family.help, type_of(family), {}};
  std::visit(
      [&out](const auto& series) {
        for (const auto& [labels, object] : series) {
          prometheus::ClientMetric metric = collect(object);
          for (const auto& [key, value] : labels) metric.label.push_back({key, value});
          out.metric.push_back(std::move(metric));
        }
      },
      family.series);
  return out;
}

}  // namespace

struct Metrics::State {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;

  template <class T>
  T& get(std::string_view name, std::string_view help, Labels labels) {
    const std::lock_guard lock(mutex);
    auto found = families.find(name);
    if (found == families.end()) {
      found = families.emplace(name, Family{std::string(help), Series<T>{}}).first;
    }
    auto* series = std::get_if<Series<T>>(&found->second.series);
    TT_ASSERT(series && "one name, one type of metric");
    return series->try_emplace(std::move(labels)).first->second;
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  return state_->get<Counter>(name, help, std::move(labels));
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  return state_->get<Gauge>(name, help, std::move(labels));
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Labels labels) {
  return state_->get<BucketHistogram>(name, help, std::move(labels));
}

std::string Metrics::render() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(state_->mutex);
    families.reserve(state_->families.size());
    for (const auto& [name, family] : state_->families) families.push_back(collect(name, family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tt
