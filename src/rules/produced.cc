// Compares names and kinds with the tables of the portals; letters by edit distance one.
// SPDX-License-Identifier: Apache-2.0
#include "rules/produced.h"

#include <algorithm>

#include "base/text.h"
#include "event/event.h"

namespace tt::rules {
namespace {

constexpr std::string_view kAnything = "*";
// Shorter words resemble other words by chance: `stats` is no slip of `status`.
constexpr std::size_t kSlipBytesMin = 6;

/// One letter too many, too few, another, or two exchanged.
bool is_one_letter_off(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() > b.size() + 1) return false;
  std::size_t same = 0;
  while (same < b.size() && a[same] == b[same]) ++same;
  if (same == a.size()) return false;
  const std::string_view rest_a = a.substr(same), rest_b = b.substr(same);
  if (a.size() != b.size()) return rest_a.substr(1) == rest_b;
  const bool is_exchanged = rest_a.size() >= 2 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0];
  return rest_a.substr(1) == rest_b.substr(1) ||
         (is_exchanged && rest_a.substr(2) == rest_b.substr(2));
}

/// Whether `written` was plainly meant to be `known`. A plural, a number or another word in front
/// (`services`, `status2`, `mystatus`) is a name of its own.
bool is_slip(std::string_view written, std::string_view known) {
  if (std::max(written.size(), known.size()) < kSlipBytesMin) return false;
  const bool is_longer = written.size() > known.size();
  if (is_longer && (written.starts_with(known) || written.ends_with(known))) return false;
  return is_one_letter_off(written, known);
}

/// `fail` for `failed`: of words in a list of all that are known, the same one in another form.
bool is_other_form(std::string_view written, std::string_view known) {
  constexpr std::size_t kStemBytesMin = 4, kEndingBytesMax = 2;
  const std::string_view shorter = written.size() < known.size() ? written : known;
  const std::string_view longer = written.size() < known.size() ? known : written;
  return shorter.size() >= kStemBytesMin && longer.starts_with(shorter) &&
         longer.size() - shorter.size() <= kEndingBytesMax;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view{});
  return words;
}

/// How far a text fits a part of a kind, or a kind a row of a table.
enum class Fit : unsigned char { kNo, kSlip, kOpen, kExact };

struct Match {
  Fit fit = Fit::kNo;
  std::string meant;  ///< With the slip repaired.
};

Match match_part(std::string_view part, std::string_view pattern, std::string_view words,
                 bool is_partial) {
  const bool is_star = pattern == kAnything;
  const auto choices = is_star ? words_of(words) : std::vector<std::string_view>{pattern};
  for (const std::string_view choice : choices) {
    const bool fits = is_partial ? choice.starts_with(part) : choice == part;
    if (fits) return {Fit::kExact, std::string(part)};
  }
  for (const std::string_view choice : choices) {
    if (is_slip(part, choice) || (is_star && is_other_form(part, choice)))
      return {Fit::kSlip, std::string(choice)};
  }
  // The words of a table need not be all there are.
  return {is_star ? Fit::kOpen : Fit::kNo, std::string(part)};
}

/// A `*` is the last part of a kind and stands for one part or more. One slip at most.
Match match(const KindFacts& row, std::string_view text, bool is_prefix) {
  if (row.kind == kAnything) return {Fit::kOpen, {}};
  const auto pattern = split(row.kind, ':'), parts = split(text, ':');
  const bool has_star = pattern.back() == kAnything;
  if (parts.size() > pattern.size() ? !has_star : parts.size() < pattern.size() && !is_prefix) {
    return {};
  }
  Match all{Fit::kExact, {}};
  for (std::size_t i = 0; i < std::min(parts.size(), pattern.size()); ++i) {
    const bool is_deeper = i + 1 == pattern.size() && parts.size() > pattern.size();
    const bool is_partial = is_prefix && i + 1 == parts.size();
    const Match part = is_deeper ? Match{Fit::kOpen, std::string(parts[i])}
                                 : match_part(parts[i], pattern[i], row.words, is_partial);
    if (part.fit == Fit::kNo || (part.fit != Fit::kExact && all.fit != Fit::kExact)) return {};
    if (part.fit != Fit::kExact) all.fit = part.fit;
    all.meant += (i == 0 ? "" : ":") + part.meant;
  }
  return all;
}

}  // namespace

void Produced::add(const EntryFacts& entry) {
  if (entry.is_built_in)
    built_in_ = entry.name;
  else
    entries_.push_back(entry.name);
  keeps_raw_ = keeps_raw_ || entry.keeps_raw;
  if (entry.kinds.empty()) has_any_field_ = has_any_kind_ = has_any_severity_ = true;
  for (const KindFacts& row : entry.kinds) {
    kinds_.push_back(row);
    has_any_kind_ = has_any_kind_ || row.kind == kAnything;
    has_any_field_ = has_any_field_ || row.fields == kAnything;
    has_any_severity_ = has_any_severity_ || row.severities == kAnything;
    for (const std::string_view name : words_of(row.fields)) fields_.emplace(name);
    for (const std::string_view word : words_of(row.severities)) severities_.emplace(word);
  }
  for (const std::string& name : entry.set) {
    fields_.insert(name);
    has_any_kind_ = has_any_kind_ || name == "kind";
    has_any_severity_ = has_any_severity_ || name == "severity";
  }
  fields_.erase(std::string(kAnything));
  severities_.erase(std::string(kAnything));
}

std::vector<std::string_view> Produced::known_fields() const {
  std::vector<std::string_view> names(event::kNamedFields.begin(), event::kNamedFields.end());
  names.insert(names.end(), event::kWellKnownFields.begin(), event::kWellKnownFields.end());
  names.insert(names.end(), fields_.begin(), fields_.end());
  return names;
}

/// A field, a group that holds one, or a part of one.
bool Produced::is_known_field(std::string_view name) const {
  if (name == "truncated" || name == "raw" || name.starts_with("raw.")) return true;
  for (const std::string_view known : known_fields()) {
    const std::string_view shorter = name.size() < known.size() ? name : known;
    const std::string_view longer = name.size() < known.size() ? known : name;
    if (!longer.starts_with(shorter)) continue;
    if (longer.size() == shorter.size() || longer[shorter.size()] == '.') return true;
  }
  return false;
}

Occurrence Produced::field(std::string_view name) const {
  if (is_known_field(name)) return {};
  const auto known = known_fields();
  if (!has_any_field_ && !has_no_entry()) {
    return {Occurrence::Kind::kNever, std::string(did_you_mean(name, known))};
  }
  // A singular is a name of its own too.
  const auto slip = std::find_if(known.begin(), known.end(), [&](std::string_view k) {
    return name.size() >= kSlipBytesMin && is_slip(name, k) && !k.starts_with(name);
  });
  if (slip == known.end()) return {};
  return {Occurrence::Kind::kSlip, std::string(*slip)};
}

Occurrence Produced::kind(std::string_view text, bool is_prefix) const {
  // Neither the empty text nor the stand-in for a missing kind is a slip of anything.
  if (text.empty() || text == "unknown" || has_no_entry()) return {};
  bool is_possible = has_any_kind_;
  Occurrence slip;
  for (const KindFacts& row : kinds_) {
    Match found = match(row, text, is_prefix);
    if (found.fit == Fit::kExact) return {};
    if (found.fit == Fit::kOpen) is_possible = true;
    if (found.fit == Fit::kSlip && slip.meant.empty()) {
      slip = {Occurrence::Kind::kSlip, std::move(found.meant)};
    }
  }
  if (!slip.meant.empty()) return slip;
  if (is_possible) return {};
  std::vector<std::string_view> known;
  for (const KindFacts& row : kinds_) known.push_back(row.kind);
  return {Occurrence::Kind::kNever, std::string(did_you_mean(text, known))};
}

Occurrence Produced::severity(std::string_view word) const {
  if (has_any_severity_ || has_no_entry() || severities_.contains(word)) return {};
  return {Occurrence::Kind::kNever, {}};
}

std::string Produced::subject(std::string_view verb) const {
  const std::string& only = entries_.empty() ? built_in_ : entries_.front();
  if (entries_.size() < 2) return "entry `" + only + "` " + std::string(verb) + " no";
  return "no entry " + std::string(verb) + " a";
}

}  // namespace tt::rules
