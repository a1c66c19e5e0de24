// FieldIndex: one column a field, one hash look-up a column and event.
// SPDX-License-Identifier: Apache-2.0
#include "rules/field_index.h"

#include <algorithm>
#include <bit>

#include "base/digest.h"

namespace tt::rules {
namespace {

// A column costs a field look-up for every event; fewer rules than this are cheaper to evaluate.
constexpr std::size_t kColumnRulesMin = 2;

bool reads_empty_when_absent(std::string_view field) {
  const auto is_in = [&](const auto& names) {
    return std::find(names.begin(), names.end(), field) != names.end();
  };
  return field == kEntryField || is_in(event::kNamedFields) || is_in(event::kWellKnownFields);
}

void set_bits(std::span<const std::uint32_t> rules, std::span<std::uint64_t> words) {
  for (const std::uint32_t rule : rules) words[rule / 64] |= std::uint64_t{1} << (rule % 64);
}

}  // namespace

std::size_t FieldIndex::Hash::operator()(std::string_view text) const { return hash64(text); }

FieldIndex::Column& FieldIndex::column(std::string_view field) {
  for (Column& c : columns_) {
    if (c.field == field) return c;
  }
  Column& fresh = columns_.emplace_back();
  fresh.field = field;
  fresh.reads_empty_when_absent = reads_empty_when_absent(field);
  return fresh;
}

FieldIndex::FieldIndex(std::span<const std::vector<Guard>> guards) {
  always_.assign((guards.size() + 63) / 64, 0);
  boost::unordered_flat_map<std::string_view, std::size_t> use_count;
  for (const std::vector<Guard>& alternatives : guards) {
    for (const Guard& guard : alternatives) ++use_count[guard.field];
  }
  for (std::uint32_t rule = 0; rule < guards.size(); ++rule) {
    // Equality splits events finer than a prefix; of equals, the field that most rules share keeps
    // the number of columns low.
    const Guard* best = nullptr;
    const auto rank = [&](const Guard& g) { return std::pair(!g.is_prefix, use_count[g.field]); };
    for (const Guard& guard : guards[rule]) {
      if (best == nullptr || rank(guard) > rank(*best)) best = &guard;
    }
    if (best == nullptr || use_count[best->field] < kColumnRulesMin) {
      set_bits(std::span(&rule, 1), always_);
      continue;
    }
    Column& c = column(best->field);
    c.rules.push_back(rule);
    for (const std::string& value : best->values) {
      Rules& hits = best->is_prefix ? c.prefixes[value] : c.equals[value];
      hits.push_back(rule);
      const auto bytes = static_cast<std::uint32_t>(value.size());
      if (best->is_prefix &&
          std::find(c.prefix_bytes.begin(), c.prefix_bytes.end(), bytes) == c.prefix_bytes.end()) {
        c.prefix_bytes.push_back(bytes);
      }
    }
  }
  for (Column& c : columns_) std::sort(c.prefix_bytes.begin(), c.prefix_bytes.end());
}

void FieldIndex::look_up(const Column& column, std::string_view value,
                         std::span<std::uint64_t> words) const {
  if (const auto hit = column.equals.find(value); hit != column.equals.end()) {
    set_bits(hit->second, words);
  }
  for (const std::uint32_t bytes : column.prefix_bytes) {
    if (bytes > value.size()) break;
    const auto hit = column.prefixes.find(value.substr(0, bytes));
    if (hit != column.prefixes.end()) set_bits(hit->second, words);
  }
}

void FieldIndex::candidates(const event::EventView& event, std::string_view entry,
                            std::span<std::uint64_t> words) const {
  std::copy(always_.begin(), always_.end(), words.begin());
  for (const Column& c : columns_) {
    if (c.field == kEntryField) {
      look_up(c, entry, words);
      continue;
    }
    const event::Field* field = event.find(c.field);
    if (field == nullptr && c.reads_empty_when_absent) {
      look_up(c, "", words);
    } else if (field != nullptr && field->type == event::FieldType::kString &&
               !field->value_is_escaped) {
      look_up(c, event.json.substr(field->value_begin, field->value_bytes), words);
    } else {
      // Absent, of another type, or escaped: rare enough to let the `when` itself decide, which
      // also keeps its errors.
      set_bits(c.rules, words);
    }
  }
}

std::size_t FieldIndex::always_count() const {
  std::size_t n = 0;
  for (const std::uint64_t word : always_) n += static_cast<std::size_t>(std::popcount(word));
  return n;
}

}  // namespace tt::rules
