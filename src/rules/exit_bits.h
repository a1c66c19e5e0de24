// ExitBits: the result of routing a batch, one bit for each (event, exit).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tt::rules {

/// A matrix of bits, a row an event, a column an exit (by its index in Ruleset::exits()). Kept and
/// reset between batches, so that it allocates only while it grows. Not thread safe.
class ExitBits {
 public:
  /// All bits zero; keeps its memory.
  void reset(std::size_t events, std::size_t exits) {
    words_per_event_ = (exits + 63) / 64;
    event_count_ = events;
    exit_count_ = exits;
    words_.assign(events * words_per_event_, 0);
  }
  std::size_t event_count() const { return event_count_; }
  std::size_t exit_count() const { return exit_count_; }

  bool test(std::size_t event, std::size_t exit) const {
    return (words_[event * words_per_event_ + exit / 64] >> (exit % 64)) & 1;
  }
  /// True when the bit was clear before.
  bool set(std::size_t event, std::size_t exit) {
    std::uint64_t& word = words_[event * words_per_event_ + exit / 64];
    const std::uint64_t bit = std::uint64_t{1} << (exit % 64);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  }
  void clear(std::size_t event, std::size_t exit) {
    words_[event * words_per_event_ + exit / 64] &= ~(std::uint64_t{1} << (exit % 64));
  }
  std::span<const std::uint64_t> row(std::size_t event) const {
    return std::span(words_).subspan(event * words_per_event_, words_per_event_);
  }
  /// Whether any exit gets the event.
  bool any(std::size_t event) const { return count(event) != 0; }
  /// How many exits get the event.
  std::size_t count(std::size_t event) const {
    std::size_t n = 0;
    for (const std::uint64_t word : row(event)) n += static_cast<std::size_t>(std::popcount(word));
    return n;
  }

 private:
  std::size_t words_per_event_ = 0;
  std::size_t event_count_ = 0;
  std::size_t exit_count_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace tt::rules
