// Counts latencies in buckets at most 1.6 % wide: constant memory, one addition a value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tt::bench {

// Not for several threads at once; each has its own and they are merged at the end.
class Latency {
 public:
  void add(std::uint64_t ns) {
    ++buckets_[index(ns)];
    ++count_;
  }

  void merge(const Latency& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
  }

  void clear() { *this = Latency(); }

  std::uint64_t count() const { return count_; }

  // The value that `part` (0..1) of the values do not exceed, in microseconds; 0 without values.
  double quantile_us(double part) const {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted || (seen == count_ && seen > 0)) return value_us(i);
    }
    return 0;
  }

 private:
  // Below 128 ns a bucket is a nanosecond; above, each power of two has 64 of them.
  static constexpr unsigned kBits = 6;

  static std::size_t index(std::uint64_t ns) {
    const unsigned width = static_cast<unsigned>(std::bit_width(ns));
    const unsigned shift = width > kBits + 1 ? width - kBits - 1 : 0;
    return (std::size_t{shift} << kBits) + (ns >> shift);
  }

  static double value_us(std::size_t index) {
    if (index < (2U << kBits)) return static_cast<double>(index) / 1e3;
    const std::size_t shift = (index >> kBits) - 1;
    const std::size_t top = index - (shift << kBits);
    return static_cast<double>(((2 * top + 1) << shift) / 2) / 1e3;
  }

  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(std::size_t{64} << kBits);
  std::uint64_t count_ = 0;
};

}  // namespace tt::bench
