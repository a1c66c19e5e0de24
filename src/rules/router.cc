// Router: walks the candidate rules in order, skipping what a parent or a final rule rules out.
// SPDX-License-Identifier: Apache-2.0
#include "rules/router.h"

namespace tt::rules {

std::size_t Delta::apply(event::EventWriter& writer, tmpl::HoleFailures* failures) const {
  std::size_t failed = 0;
  for (const Rewrite* rewrite : rewrites_) failed += rewrite->apply(*scope_, writer, failures);
  return failed;
}

Router::Router(std::shared_ptr<const Ruleset> ruleset)
    : ruleset_(std::move(ruleset)),
      scope_(ruleset_->environment(), tmpl::EventScope::Keep::kShared),
      matched_(ruleset_->rules().size()),
      ended_(ruleset_->rules().size() + 1) {
  steps_.reserve(ruleset_->rules().size());
  for (const Rule& rule : ruleset_->rules()) {
    steps_.push_back({rule.when.program.get(), rule.parent, rule.end, rule.is_final});
  }
}

// Calls on_match(rule) for every rule that takes the event, in order, until it gives false.
template <class OnMatch>
void Router::walk(const event::EventView& event, const tmpl::MetaView& meta, Counts& counts,
                  OnMatch on_match) {
  ++serial_;
  scope_.rebind(event, meta);
  ruleset_->field_index().find(scope_, candidates_);
  std::uint32_t at = candidates_.next(0);
  while (at != Candidates::kNone) {
    const Step& step = steps_[at];
    const bool is_top = step.parent == kNoRule;
    const std::size_t list = is_top ? 0 : std::size_t{step.parent} + 1;
    const bool is_reached = is_top || matched_[step.parent] == serial_;
    if (!is_reached || ended_[list] == serial_) {
      if (is_top) return;
      at = candidates_.next(steps_[step.parent].end);
      continue;
    }
    if (step.when != nullptr) {
      ++counts.evaluations;
      const cel::Truth truth = step.when->test(scope_);
      if (truth != cel::Truth::kTrue) {
        if (truth == cel::Truth::kNone) ++counts.when_errors;
        at = candidates_.next(step.end);
        continue;
      }
    }
    matched_[at] = serial_;
    if (step.is_final) ended_[list] = serial_;
    if (!on_match(ruleset_->rule(at))) return;
    at = candidates_.next(at + 1);
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
