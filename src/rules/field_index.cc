// FieldIndex: one column a field, one hash look-up a column and event, one bit a column and rule.
// SPDX-License-Identifier: Apache-2.0
#include "rules/field_index.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>

#include "base/digest.h"

namespace tt::rules {
namespace {

// A column costs every event a look-up; fewer rules than this are cheaper to evaluate.
constexpr std::size_t kColumnRulesMin = 4;
// The fields that most rules ask for; what others would leave out is evaluated.
constexpr std::size_t kColumnsMax = 16;

std::uint64_t bit_of(std::uint32_t rule) { return std::uint64_t{1} << (rule % 64); }

/// The value that tests see; nothing when they are not simply true or false.
std::optional<std::string_view> text_of(const cel::Value& value, bool absent_is_empty) {
  if (value.is_string()) return value.as_string();
  if (value.is_absent() && absent_is_empty) return std::string_view();
  return std::nullopt;
}

/// How many rules test a field for a constant, over all rules.
class Crowds {
 public:
  explicit Crowds(std::span<const std::vector<cel::FieldTest>> guards) {
    for (const std::vector<cel::FieldTest>& tests : guards) {
      for (const cel::FieldTest& test : tests) {
        for (const std::string& text : alternatives(test)) ++counts_[key(test, text)];
      }
    }
  }
  /// Rules that an event finds beside this one when it passes the test, at worst.
  std::size_t of(const cel::FieldTest& test) const {
    std::size_t most = 0;
    for (const std::string& text : alternatives(test))
      most = std::max(most, counts_.at(key(test, text)));
    return most;
  }

 private:
  using Key = std::pair<cel::FieldUse, std::string>;
  static Key key(const cel::FieldTest& test, const std::string& text) {
    return {{test.record, test.slot}, text};
  }
  static std::vector<std::string> alternatives(const cel::FieldTest& test) {
    std::vector<std::string> all = test.texts;
    for (const std::int64_t number : test.integers) all.push_back(std::to_string(number));
    return all;
  }
  std::map<Key, std::size_t> counts_;
};

/// One test a field, the finest.
std::map<cel::FieldUse, const cel::FieldTest*> by_field(const std::vector<cel::FieldTest>& tests,
                                                        const Crowds& crowds) {
  const auto rank = [&](const cel::FieldTest& test) {
    return std::pair(test.kind == cel::FieldTest::Kind::kPrefix, crowds.of(test));
  };
  std::map<cel::FieldUse, const cel::FieldTest*> finest;
  for (const cel::FieldTest& test : tests) {
    const cel::FieldTest*& best = finest[{test.record, test.slot}];
    if (best == nullptr || rank(test) < rank(*best)) best = &test;
  }
  return finest;
}

}  // namespace

std::uint32_t Candidates::next(std::uint32_t from) const {
  std::size_t word = from / 64;
  if (word >= words_.size()) return kNone;
  std::uint64_t bits = words_[word] & (~std::uint64_t{0} << (from % 64));
  while (bits == 0) {
    if (++word == words_.size()) return kNone;
    bits = words_[word];
  }
  return static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

std::size_t FieldIndex::Hash::operator()(std::string_view text) const { return hash64(text); }

void FieldIndex::Rules::add_to(std::span<std::uint64_t> words) const {
  for (const std::uint32_t rule : list) words[rule / 64] |= bit_of(rule);
  for (std::size_t i = 0; i < bits.size(); ++i) words[i] |= bits[i];
}

void FieldIndex::Column::add_hit(Rules& hits, std::uint32_t rule) const {
  if (!hits.bits.empty()) {
    hits.bits[rule / 64] |= bit_of(rule);
  } else if (hits.list.empty() || hits.list.back() != rule) {
    hits.list.push_back(rule);
  }
  if (hits.list.size() <= unguarded.size()) return;
  hits.bits.resize(unguarded.size());
  for (const std::uint32_t hit : hits.list) hits.bits[hit / 64] |= bit_of(hit);
  hits.list = {};
}

void FieldIndex::Column::add(std::uint32_t rule, const cel::FieldTest& test) {
  unguarded[rule / 64] &= ~bit_of(rule);
  absent_is_empty = test.absent_is_empty;
  // A test for texts may be an error over a number: such rules are asked.
  if (test.texts.empty()) not_integer[rule / 64] &= ~bit_of(rule);
  for (const std::int64_t number : test.integers) add_hit(integers[number], rule);
  const bool is_prefix = test.kind == cel::FieldTest::Kind::kPrefix;
  for (const std::string& text : test.texts) {
    add_hit(is_prefix ? prefixes[text] : equals[text], rule);
    const auto bytes = static_cast<std::uint32_t>(text.size());
    const auto place = std::lower_bound(prefix_bytes.begin(), prefix_bytes.end(), bytes);
    if (is_prefix && (place == prefix_bytes.end() || *place != bytes)) {
      prefix_bytes.insert(place, bytes);
    }
  }
}

void FieldIndex::Column::add_hits(std::string_view value, std::span<std::uint64_t> words) const {
  if (!equals.empty()) {
    if (const auto hit = equals.find(value); hit != equals.end()) hit->second.add_to(words);
  }
  for (const std::uint32_t bytes : prefix_bytes) {
    if (bytes > value.size()) break;
    const auto hit = prefixes.find(value.substr(0, bytes));
    if (hit != prefixes.end()) hit->second.add_to(words);
  }
}

bool FieldIndex::Column::find(const cel::Value& value, std::vector<std::uint64_t>& passed) const {
  if (value.is(cel::Kind::kInt)) {
    passed.assign(not_integer.begin(), not_integer.end());
    if (integers.empty()) return true;
    const auto hit = integers.find(value.as_int());
    if (hit != integers.end()) hit->second.add_to(passed);
    return true;
  }
  const auto text = text_of(value, absent_is_empty);
  // An error or another kind: rare enough to let each `when` itself decide.
  if (!text) return false;
  passed.assign(unguarded.begin(), unguarded.end());
  add_hits(*text, passed);
  return true;
}

FieldIndex::FieldIndex(std::span<const std::vector<cel::FieldTest>> guards)
    : all_((guards.size() + 63) / 64, ~std::uint64_t{0}), rule_count_(guards.size()) {
  if (rule_count_ % 64 != 0) all_.back() = bit_of(static_cast<std::uint32_t>(rule_count_)) - 1;
  const Crowds crowds(guards);
  std::vector<std::map<cel::FieldUse, const cel::FieldTest*>> tests;
  for (const std::vector<cel::FieldTest>& own : guards) tests.push_back(by_field(own, crowds));

  // A rule asks for the field that leaves the fewest rules beside it; further fields of it are used
  // where other rules have asked for them.
  std::map<cel::FieldUse, std::size_t> votes;
  for (const auto& own : tests) {
    const auto best = std::min_element(own.begin(), own.end(), [&](const auto& a, const auto& b) {
      return crowds.of(*a.second) < crowds.of(*b.second);
    });
    if (best != own.end()) ++votes[best->first];
  }
  std::vector<std::pair<std::size_t, cel::FieldUse>> ranked;
  for (const auto& [field, count] : votes) {
    if (count >= kColumnRulesMin) ranked.emplace_back(count, field);
  }
  std::sort(ranked.rbegin(), ranked.rend());
  if (ranked.size() > kColumnsMax) ranked.resize(kColumnsMax);

  for (const auto& [count, field] : ranked) {
    Column& column = columns_.emplace_back();
    column.field = field;
    column.unguarded = column.not_integer = all_;
    for (std::uint32_t rule = 0; rule < tests.size(); ++rule) {
      const auto test = tests[rule].find(field);
      if (test != tests[rule].end()) column.add(rule, *test->second);
    }
  }
}

void FieldIndex::find(const cel::Scope& scope, Candidates& out) const {
  bool is_first = true;
  for (const Column& column : columns_) {
    const auto [record, slot] = column.field;
    const cel::Value* const kept = scope.kept_field(record, slot);
    const cel::Value value = kept ? kept->alias() : scope.field(record, slot);
    if (!column.find(value, is_first ? out.words_ : out.column_)) continue;
    if (!is_first) {
      const std::vector<std::uint64_t>& passed = out.column_;
      std::transform(passed.begin(), passed.end(), out.words_.begin(), out.words_.begin(),
                     std::bit_and<>());
    }
    is_first = false;
  }
  if (is_first) out.words_.assign(all_.begin(), all_.end());
}

std::size_t FieldIndex::always_count() const {
  std::size_t count = 0;
  for (std::uint32_t rule = 0; rule < rule_count_; ++rule) {
    count += std::all_of(columns_.begin(), columns_.end(), [&](const Column& column) {
      return (column.unguarded[rule / 64] & bit_of(rule)) != 0;
    });
  }
  return count;
}

}  // namespace tt::rules
