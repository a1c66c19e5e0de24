// Produced: which fields, kinds and severities a set of entries can bring.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tt::rules {

/// One row of what a portal produces; `*` stands for anything, lists are space separated. Static
/// texts of the portal's own table.
struct KindFacts {
  std::string_view kind;        ///< "urn:gitlab:pipeline:*"
  std::string_view severities;  ///< "info error"
  std::string_view fields;      ///< Beside kind, message, timestamp.
  std::string_view words;       ///< What stands for the `*` of the kind, as far as known.
};

/// One configured entry.
struct EntryFacts {
  std::string name;
  std::vector<KindFacts> kinds;  ///< Empty: anything.
  bool keeps_raw = true;         ///< The sender's own fields stand under `raw`.
  std::vector<std::string> set;  ///< Fields that the entry's `set` writes.
  bool is_built_in = false;      ///< Not configured; sentences do not count it as an entry.
};

/// The answer to "can an event have this?".
struct Occurrence {
  enum class Kind : unsigned char {
    kPossible,
    kSlip,   ///< Possible, but plainly a slip of what `meant` says.
    kNever,  ///< No entry brings it; `meant` is the nearest that exists, or empty.
  } kind = Kind::kPossible;
  std::string meant;
};

/// Immutable once filled. False alarms are worse than silence: whatever an entry leaves open counts
/// as possible, and only what differs by one letter from something long enough is a slip.
class Produced {
 public:
  Produced() = default;
  void add(const EntryFacts& entry);
  /// Fields that are written between the entries and the reader (`set` of rules and exits).
  void add_field(const std::string& name) { fields_.insert(name); }

  Occurrence field(std::string_view dotted_name) const;
  /// `is_prefix`: the text is what the kind starts with.
  Occurrence kind(std::string_view text, bool is_prefix) const;
  /// Canonical words only; kNever where no entry writes it.
  Occurrence severity(std::string_view word) const;

  bool keeps_raw() const { return keeps_raw_; }
  const std::set<std::string, std::less<>>& severities() const { return severities_; }
  /// "entry `gitlab` brings no", "no entry brings a": the start of a sentence.
  std::string subject(std::string_view verb) const;

 private:
  bool is_known_field(std::string_view name) const;
  std::vector<std::string_view> known_fields() const;

  bool has_no_entry() const { return entries_.empty() && built_in_.empty(); }

  std::vector<std::string> entries_;  // Configured ones.
  std::string built_in_;
  std::set<std::string, std::less<>> fields_;
  std::set<std::string, std::less<>> severities_;
  std::vector<KindFacts> kinds_;
  bool has_any_field_ = false, has_any_kind_ = false, has_any_severity_ = false;
  bool keeps_raw_ = false;
};

}  // namespace tt::rules
