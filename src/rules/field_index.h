// FieldIndex: picks the rules that can match an event from the values of a few fields.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace tt::rules {

/// A condition that every event has to meet for a `when` to be anything but false: the field is one
/// of `values`, or (`is_prefix`) begins with one of them. Other parts of the `when` need not hold.
struct Guard {
  std::string field;                ///< Name of the event's field; `meta.entry` is kEntryField.
  std::vector<std::string> values;  ///< At least one.
  bool is_prefix = false;
};
inline constexpr std::string_view kEntryField =
    "\x01"
    "entry";

/// Built once with a ruleset, then read by all threads. A rule without a guard is a candidate for
/// every event. The index may name rules that do not match; it never leaves out one whose `when`
/// would be true *or an error* (errors are counted, so they must be seen).
class FieldIndex {
 public:
  /// `guards[i]`: the alternatives of rule i, of which the most selective shared field is chosen.
  explicit FieldIndex(std::span<const std::vector<Guard>> guards);
  FieldIndex() = default;

  /// Number of words that candidates() fills.
  std::size_t word_count() const { return always_.size(); }
  /// Bit i of `words` (rule i in words[i / 64]) is set when rule i has to be evaluated.
  void candidates(const event::EventView& event, std::string_view entry,
                  std::span<std::uint64_t> words) const;
  /// For tests and `explain`: how many rules are evaluated for every event.
  std::size_t always_count() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  using Rules = std::vector<std::uint32_t>;
  using Map = boost::unordered_flat_map<std::string, Rules, Hash, std::equal_to<>>;
  struct Column {
    std::string field;
    bool reads_empty_when_absent = false;  ///< Named and well-known fields, and meta.entry.
    Rules rules;                           ///< All rules that this column guards.
    Map equals;
    std::vector<std::uint32_t> prefix_bytes;  ///< Distinct lengths of prefixes, rising.
    Map prefixes;
  };

  Column& column(std::string_view field);
  void look_up(const Column& column, std::string_view value, std::span<std::uint64_t> words) const;

  std::vector<Column> columns_;
  std::vector<std::uint64_t> always_;
};

}  // namespace tt::rules
