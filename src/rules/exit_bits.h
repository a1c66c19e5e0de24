// ExitBits: the result of routing a batch, one bit for each (event, exit).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tt::rules {

/// A matrix of bits, an event by its place in the batch, an exit by its index in Ruleset::exits().
/// The bits of one exit stand together: it finds its events without a look at the others. Kept and
/// reset between batches, so that it allocates only while it grows. Not thread safe.
class ExitBits {
 public:
  /// All bits zero; keeps its memory.
  void reset(std::size_t events, std::size_t exits) {
    words_per_exit_ = (events + 63) / 64;
    event_count_ = events;
    exit_count_ = exits;
    words_.assign(exits * words_per_exit_, 0);
  }
  std::size_t event_count() const { return event_count_; }
  std::size_t exit_count() const { return exit_count_; }

  bool test(std::size_t event, std::size_t exit) const {
    return (words_[word_of(event, exit)] & bit_of(event)) != 0;
  }
  void set(std::size_t event, std::size_t exit) { words_[word_of(event, exit)] |= bit_of(event); }
  void clear(std::size_t event, std::size_t exit) {
    words_[word_of(event, exit)] &= ~bit_of(event);
  }
  /// The first event at or after `event` that the exit gets; event_count() when there is none.
  std::size_t next(std::size_t exit, std::size_t event) const {
    if (event >= event_count_) return event_count_;
    const std::uint64_t* const words = words_.data() + exit * words_per_exit_;
    std::uint64_t word = words[event / 64] & ~(bit_of(event) - 1);
    for (std::size_t at = event / 64;;) {
      if (word != 0) return at * 64 + static_cast<std::size_t>(std::countr_zero(word));
      if (++at == words_per_exit_) return event_count_;
      word = words[at];
    }
  }
  /// Whether any exit gets the event.
  bool any(std::size_t event) const {
    for (std::size_t exit = 0; exit < exit_count_; ++exit)
      if (test(event, exit)) return true;
    return false;
  }

 private:
  std::size_t word_of(std::size_t event, std::size_t exit) const {
    return exit * words_per_exit_ + event / 64;
  }
  static std::uint64_t bit_of(std::size_t event) { return std::uint64_t{1} << (event % 64); }

  std::size_t words_per_exit_ = 0;
  std::size_t event_count_ = 0;
  std::size_t exit_count_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace tt::rules
