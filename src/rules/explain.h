// Explanation: why an event does, or does not, go to each exit; for `why`, tests and the API.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/files.h"
#include "event/event.h"
#include "rules/ruleset.h"
#include "template/event_scope.h"

namespace tt::rules {

enum class Outcome : std::uint8_t {
  kMatched,
  kNotMatched,
  kError,       ///< The `when` failed, which counts as no match.
  kNotReached,  ///< A parent did not match, or a final rule ended the list before.
};
std::string_view to_string(Outcome outcome);  ///< "matched", "no match", "error", "not reached".

/// One operand of the top-level `&&` of a `when`.
struct OperandTrace {
  std::string text;
  std::string value;  ///< JSON text; empty when it failed.
  std::string error;
  /// What it read: `event.kind` and its value as JSON text, or `absent`.
  std::vector<std::pair<std::string, std::string>> fields;
};

struct RuleTrace {
  std::uint32_t rule = 0;
  Outcome outcome = Outcome::kNotReached;
  std::string error;
  std::vector<OperandTrace> operands;  ///< Of rules that were reached.
  std::vector<std::uint32_t> decides;  ///< Exits that this rule is the first to name.
  bool ended_list = false;             ///< It matched and is final.
};

struct ExitTrace {
  std::uint32_t exit = 0;
  std::uint32_t rule = 0;     ///< The deciding one.
  std::string changed_event;  ///< JSON after the rules' `set` and `unset`; empty: as stored.
  std::size_t failures = 0;   ///< Holes and values that failed on the way.
  std::string failure;        ///< The first one.
};

/// One event, judged rule by rule without the index that routing uses.
struct Explanation {
  std::shared_ptr<const Ruleset> ruleset;
  std::vector<RuleTrace> rules;  ///< All, in order.
  std::vector<ExitTrace> exits;  ///< Those that get the event, in the order of Ruleset::exits().
  bool is_unrouted() const { return exits.empty(); }
};

Explanation explain(std::shared_ptr<const Ruleset> ruleset, const event::EventView& event,
                    const tmpl::MetaView& meta);

/// For people. Rules below one that did not match are left out. `files` (may be null) adds places.
std::string to_text(const Explanation& explanation, const config::Files* files = nullptr);
/// For programs: {"rules": [...], "exits": [...], "unrouted": bool}.
std::string to_json(const Explanation& explanation);

}  // namespace tt::rules
