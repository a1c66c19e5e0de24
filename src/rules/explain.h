// Explanation: why an event does, or does not, go to each exit; for `why`, tests and the API.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/files.h"
#include "event/event.h"
#include "rules/ruleset.h"
#include "template/event_scope.h"

namespace tt::rules {

constexpr std::size_t kTraceTextMax = 512;    ///< Bytes of a value or a text; longer ones are cut.
constexpr std::size_t kPartsOfWhenMax = 200;  ///< Beyond, parts are not taken apart further.
constexpr std::size_t kPartsOfEventMax = 20'000;  ///< Of all rules.
constexpr std::size_t kChangesMax = 1'000;        ///< Of one exit.

enum class Outcome : std::uint8_t {
  kMatched,
  kNotMatched,
  kError,       ///< The `when` failed, which counts as no match.
  kNotReached,  ///< A parent did not match, or a final rule ended the list before.
};
std::string_view to_string(Outcome outcome);  ///< "matched", "no match", "error", "not reached".

/// A part of a condition and what it gave for this event.
struct PartTrace {
  std::string text;        ///< As written.
  std::string definition;  ///< The expression that a `let` name stands for; else empty.
  std::string value;       ///< JSON text; empty when it failed.
  std::string error;
  bool is_absent = false;  ///< A field that the event does not have, whatever it reads as.
  /// What it was computed from: operands, arguments, the parts of a `let`. Constants are left out,
  /// and of `? :` the branch that was not taken.
  std::vector<PartTrace> parts;

  bool is_true() const { return value == "true"; }
  bool is_false() const { return value == "false"; }
};

/// One operand of the top-level `&&` of a `when`.
struct OperandTrace : PartTrace {
  /// All fields that it reads, `let` included: `event.kind` and its value as JSON text, or
  /// `absent`.
  std::vector<std::pair<std::string, std::string>> fields;
};

struct RuleTrace {
  std::uint32_t rule = 0;
  Outcome outcome = Outcome::kNotReached;
  std::string error;                   ///< With its place in the `when`: `... (column 12)`.
  std::vector<OperandTrace> operands;  ///< Of rules that were reached.
  std::vector<std::uint32_t> decides;  ///< Exits that this rule is the first to name.
  bool ended_list = false;             ///< It matched and is final.
  std::uint32_t ended_by = kNoRule;    ///< Not reached because this one ended its list.
};

/// What `set` and `unset` of one place did to one field.
struct FieldChange {
  std::string by;  ///< Label of the rule, or `exit NAME`.
  std::string field;
  std::string before;   ///< JSON text; empty: the event had no such field.
  std::string after;    ///< Likewise; empty: it was removed.
  std::string failure;  ///< The first hole of this field that failed.
};

struct ExitTrace {
  std::uint32_t exit = 0;
  std::uint32_t rule = 0;            ///< The deciding one.
  std::vector<FieldChange> changes;  ///< In the order in which they are made.
  std::string changed_event;         ///< JSON after all of them; empty: as stored.
  std::size_t failures = 0;          ///< Holes and values that failed on the way.
  std::string failure;               ///< The first one.
};

/// An exit that the rules send the event to, and that does not get it all the same.
struct WithheldTrace {
  std::uint32_t exit = 0;
  std::uint32_t rule = 0;  ///< The one that sends it there.
  std::string reason;
};

/// One event, judged rule by rule without the index that routing uses.
struct Explanation {
  std::shared_ptr<const Ruleset> ruleset;
  std::vector<RuleTrace> rules;  ///< All, in order.
  std::vector<ExitTrace> exits;  ///< Those that get the event, in the order of Ruleset::exits().
  std::vector<WithheldTrace> withheld;  ///< Moved here from `exits` by withhold().
  bool is_unrouted() const { return exits.empty(); }
};

/// `exit_rewrites`: of each exit of the ruleset its own `set` and `unset`, or null; may be empty.
/// Thread safe.
Explanation explain(std::shared_ptr<const Ruleset> ruleset, const event::EventView& event,
                    const tmpl::MetaView& meta, std::span<const Rewrite* const> exit_rewrites = {});

/// Whatever the rules say, this exit does not get the event, for this reason.
void withhold(Explanation& explanation, std::uint32_t exit, std::string reason);

/// For people: rules in order, of each the parts that decided, the false ones first; then the exits
/// with what `set` does. Rules below one that did not match are left out. `files` (may be null)
/// adds places. ASCII apart from what the configuration and the event say.
std::string to_text(const Explanation& explanation, const config::Files* files = nullptr);
/// The two halves of it.
std::string rules_text(const Explanation& explanation, const config::Files* files = nullptr);
/// One rule alone.
std::string rule_text(const Explanation& explanation, std::uint32_t rule,
                      const config::Files* files = nullptr);
std::string changes_text(const ExitTrace& exit, std::string_view indent);
/// "exit `chat` does not get it: ...", a line each.
std::string withheld_text(const Explanation& explanation, std::string_view indent);
/// For programs: {"rules": [...], "exits": [...], "withheld": [...] where there are any,
/// "unrouted": bool}.
std::string to_json(const Explanation& explanation);

}  // namespace tt::rules
