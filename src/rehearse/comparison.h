// Comparison: one event's way through the rules against what a test expects of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "pipeline/rehearsal.h"
#include "rehearse/expected.h"
#include "rehearse/test_config.h"

namespace tt::rehearse {

/// One event of a test. Borrows all it is made of.
class Comparison {
 public:
  Comparison(pipeline::Rehearsal& rehearsal, const tunnel::StoredEvent& event);

  /// Appends what is not as expected. Names have passed check_names().
  void compare(const ExpectConfig& expect, Differences& out);
  /// The rules that the differences are about, with their operands; empty when there are none.
  std::string why() const;

 private:
  void compare_exits(const ExpectConfig& expect, Differences& out);
  void compare_deciders(const ExpectConfig& expect, Differences& out);
  void compare_rules(const ExpectConfig& expect, Differences& out);
  void compare_unmatched(const config::Node& rule, Differences& out);
  void compare_request(const std::string& exit, const RequestConfig& expect, Differences& out);
  /// An exit gets the event only when it can be said in its protocol.
  void compare_dead_letters(const ExpectConfig& expect, Differences& out);

  const rules::RuleTrace& trace(std::string_view label) const;
  void look_at(std::uint32_t rule);  ///< Makes it a part of why().
  const rules::ExitTrace* exit_trace(std::string_view exit) const;
  std::string decider(std::string_view exit) const;  ///< Empty: the exit does not get it.

  pipeline::Rehearsal& rehearsal_;
  const tunnel::StoredEvent& event_;
  const rules::Ruleset& ruleset_;
  rules::Explanation explanation_;
  std::set<std::uint32_t> relevant_;  // Rules that differences are about.
};

}  // namespace tt::rehearse
