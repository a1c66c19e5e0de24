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

#include "cel/program.h"

namespace tt::rules {

/// The rules that may match one event, a bit each. Scratch memory, kept between events; one a
/// thread.
class Candidates {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  /// The first one at or after `from`, or kNone.
  std::uint32_t next(std::uint32_t from) const;

 private:
  friend class FieldIndex;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> column_;
};

/// Built once with a ruleset, then read by all threads. Every column is a field that several rules
/// test; a rule is left out when the field's value fails its test. The index may name rules that do
/// not match; it never leaves out one whose `when` would be true *or an error* (errors are counted,
/// so they must be seen).
class FieldIndex {
 public:
  FieldIndex() = default;
  /// `guards[i]`: tests without which the `when` of rule i is false, as cel::FieldTest has it.
  explicit FieldIndex(std::span<const std::vector<cel::FieldTest>> guards);

  /// Reads the fields of the bound event through `scope`.
  void find(const cel::Scope& scope, Candidates& out) const;
  /// For tests: how many rules no column guards, so that they are candidates for every event.
  std::size_t always_count() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  /// Rules, as a list or, when that is shorter, as bits.
  struct Rules {
    std::vector<std::uint32_t> list;
    std::vector<std::uint64_t> bits;
    void add_to(std::span<std::uint64_t> words) const;
  };
  using Map = boost::unordered_flat_map<std::string, Rules, Hash, std::equal_to<>>;
  struct Column {
    cel::FieldUse field;
    bool absent_is_empty = false;
    std::vector<std::uint64_t> unguarded;    ///< Rules that do not test this field.
    std::vector<std::uint64_t> not_integer;  ///< Rules that do not test it for integers alone.
    Map equals;
    boost::unordered_flat_map<std::int64_t, Rules> integers;
    std::vector<std::uint32_t> prefix_bytes;  ///< Distinct lengths of prefixes, rising.
    Map prefixes;
    void add(std::uint32_t rule, const cel::FieldTest& test);
    void add_hit(Rules& hits, std::uint32_t rule) const;
    /// The rules that may hold for the value; false: any of them.
    bool find(const cel::Value& value, std::vector<std::uint64_t>& passed) const;
    void add_hits(std::string_view value, std::span<std::uint64_t> words) const;
  };

  std::vector<std::uint64_t> all_;  ///< A bit each rule.
  std::size_t rule_count_ = 0;
  std::vector<Column> columns_;
};

}  // namespace tt::rules
