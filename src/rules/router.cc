// Router: walks the candidate rules in order, skipping what a parent or a final rule rules out.
// SPDX-License-Identifier: Apache-2.0
#include "rules/router.h"

#include <bit>

namespace tt::rules {

std::size_t Delta::apply(event::EventWriter& writer, tmpl::HoleFailures* failures) const {
  std::size_t failed = 0;
  for (const Rewrite* rewrite : rewrites_) failed += rewrite->apply(*scope_, writer, failures);
  return failed;
}

Router::Router(std::shared_ptr<const Ruleset> ruleset)
    : ruleset_(std::move(ruleset)),
      scope_(ruleset_->environment()),
      candidates_(ruleset_->field_index().word_count()),
      matched_(ruleset_->rules().size()),
      ended_(ruleset_->rules().size() + 1) {}

std::uint32_t Router::next_candidate(std::uint32_t from) const {
  std::size_t word = from / 64;
  if (word >= candidates_.size()) return kNoRule;
  std::uint64_t bits = candidates_[word] & (~std::uint64_t{0} << (from % 64));
  while (bits == 0) {
    if (++word == candidates_.size()) return kNoRule;
    bits = candidates_[word];
  }
  return static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

// Calls on_match(rule) for every rule that takes the event, in order, until it gives false.
template <class OnMatch>
void Router::walk(const event::EventView& event, const tmpl::MetaView& meta, Counts& counts,
                  OnMatch on_match) {
  const std::span<const Rule> rules = ruleset_->rules();
  ++serial_;
  scope_.rebind(event, meta);
  ruleset_->field_index().candidates(event, meta.entry, candidates_);
  std::uint32_t at = next_candidate(0);
  while (at != kNoRule) {
    const Rule& rule = rules[at];
    const bool is_top = rule.parent == kNoRule;
    const std::size_t list = is_top ? 0 : std::size_t{rule.parent} + 1;
    const bool is_reached = is_top || matched_[rule.parent] == serial_;
    if (!is_reached || ended_[list] == serial_) {
      if (is_top) return;
      at = next_candidate(rules[rule.parent].end);
      continue;
    }
    if (rule.when.program) {
      ++counts.evaluations;
      const cel::Value verdict = rule.when.program->evaluate(scope_);
      if (!verdict.is_true()) {
        if (!verdict.is_false()) ++counts.when_errors;
        at = next_candidate(rule.end);
        continue;
      }
    }
    matched_[at] = serial_;
    if (rule.is_final) ended_[list] = serial_;
    if (!on_match(rule)) return;
    at = next_candidate(at + 1);
  }
}

void Router::route(std::span<const RoutedEvent> events, ExitBits& out) {
  out.reset(events.size(), ruleset_->exits().size());
  for (std::size_t row = 0; row < events.size(); ++row) {
    route_one(events[row].event, events[row].meta, out, row);
  }
}

bool Router::route_one(const event::EventView& event, const tmpl::MetaView& meta, ExitBits& out,
                       std::size_t row) {
  bool is_routed = false;
  walk(event, meta, counts_, [&](const Rule& rule) {
    for (const std::uint32_t exit : rule.exits) out.set(row, exit);
    is_routed = is_routed || !rule.exits.empty();
    return true;
  });
  ++counts_.events;
  if (!is_routed) ++counts_.unrouted;
  return is_routed;
}

const Rule* Router::decide(const event::EventView& event, const tmpl::MetaView& meta,
                           std::uint32_t exit) {
  const Rule* decider = nullptr;
  Counts uncounted;
  walk(event, meta, uncounted, [&](const Rule& rule) {
    for (const std::uint32_t named : rule.exits) {
      if (named == exit) decider = &rule;
    }
    return decider == nullptr;
  });
  return decider;
}

void Router::decide_all(const event::EventView& event, const tmpl::MetaView& meta, Decisions& out) {
  out.rule_of_exit.assign(ruleset_->exits().size(), kNoRule);
  out.matched.clear();
  Counts uncounted;
  walk(event, meta, uncounted, [&](const Rule& rule) {
    out.matched.push_back(rule.index);
    for (const std::uint32_t exit : rule.exits) {
      if (out.rule_of_exit[exit] == kNoRule) out.rule_of_exit[exit] = rule.index;
    }
    return true;
  });
}

Delta Router::delta(const event::EventView& event, const tmpl::MetaView& meta, std::size_t exit) {
  Delta delta;
  if (!ruleset_->has_rewrites(static_cast<std::uint32_t>(exit))) return delta;
  delta.rule_ = decide(event, meta, static_cast<std::uint32_t>(exit));
  if (delta.rule_ == nullptr) return delta;
  delta.rewrites_ = ruleset_->rewrites(*delta.rule_);
  delta.scope_ = &scope_;
  return delta;
}

}  // namespace tt::rules
