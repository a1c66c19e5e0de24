// Both rulesets walk once over each event; only exits that both feed and that write other fields
// are rendered.
// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/utf8.h"
#include "pipeline/encoder.h"
#include "pipeline/limits.h"
#include "pipeline/routing.h"

namespace tt::plan {
namespace {

using pipeline::BatchRouter;
using pipeline::EntrySettings;
using pipeline::ExitSettings;
using rules::kNoRule;

/// Events written for exits, all of one batch, so that memory is asked for once.
struct Rendered {
  event::EventBatch batch;
  event::EventWriter writer{batch, rules::kRewrittenLimits};
  event::EventView last() const { return batch[batch.size() - 1]; }
};

/// One configuration at work.
struct Side {
  std::shared_ptr<const Settings> settings;
  BatchRouter router;
  rules::Decisions decisions;
  std::span<const rules::RoutedEvent> events;
  std::unique_ptr<Rendered> rendered;
  std::string refusal;                   // Why the last event could not be rendered.
  std::vector<std::uint64_t> matches;    // By rule.
  std::vector<std::uint32_t> texts;      // By rule: number of the text of its `set` and `unset`.
  std::vector<std::uint32_t> own_texts;  // By exit, likewise.

  Side(std::shared_ptr<const Settings> loaded, const std::string& log_id)
      : settings(std::move(loaded)),
        router(settings->ruleset, log_id),
        matches(settings->ruleset->rules().size()) {}

  void bind(const tunnel::StoredBatch& batch) {
    events = router.bind(batch);
    rendered = std::make_unique<Rendered>();
  }
  void decide(std::size_t index) {
    router.router().decide_all(events[index].event, events[index].meta, decisions);
    for (const std::uint32_t rule : decisions.matched) ++matches[rule];
  }
  std::uint32_t rule_for(const std::optional<std::size_t>& exit) const {
    return exit ? decisions.rule_of_exit[*exit] : kNoRule;
  }
  std::string label(std::uint32_t rule) const {
    return rule == kNoRule ? std::string() : settings->ruleset->rule(rule).label;
  }
};

/// Numbers texts: equal ones get one number, the empty one 0.
class TextNumbers {
 public:
  std::uint32_t of(const std::string& text) {
    if (text.empty()) return 0;
    return numbers_.emplace(text, static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
  }
  void fill(Side& side) {
    const rules::Ruleset& ruleset = *side.settings->ruleset;
    for (const rules::Rule& rule : ruleset.rules()) {
      std::string text;
      for (const rules::Rewrite* rewrite : ruleset.rewrites(rule)) text += rewrite->as_written();
      side.texts.push_back(of(text));
    }
    for (const ExitSettings& exit : side.settings->exits)
      side.own_texts.push_back(of(exit.rewrite ? exit.rewrite->as_written() : std::string()));
  }

 private:
  std::map<std::string, std::uint32_t> numbers_;
};

struct ExitPair {
  std::optional<std::size_t> before, after;  // Indexes into Settings::exits.
};

Example example_of(const rules::RoutedEvent& event, std::string id) {
  Example example;
  example.id = std::move(id);
  example.kind = event.event.text("kind");
  example.message = clip_runes(printable(event.event.text("message")), kMessageRunesMax);
  example.received_ns = event.meta.received_ns;
  return example;
}

/// What it is made of but its name, with which `as_shown` begins.
std::string_view options_of(const ExitSettings& exit) {
  return std::string_view(exit.as_shown).substr(exit.name.size());
}

std::string shown_value(const event::EventView& event, const event::Field* field) {
  return field ? clip_runes(event.raw_value(*field), kValueRunesMax) : std::string();
}

std::vector<FieldDiff> compare_fields(const event::EventView& before,
                                      const event::EventView& after) {
  // One would be a dead letter: its text says why.
  if (before.fields.empty() || after.fields.empty())
    return {{"dead letter", before.fields.empty() ? std::string(before.json) : std::string(),
             after.fields.empty() ? std::string(after.json) : std::string()}};
  std::vector<FieldDiff> diffs;
  const auto add = [&](std::string name, const event::Field* old, const event::Field* now) {
    if (old && now && before.raw_value(*old) == after.raw_value(*now)) return;
    if (diffs.size() < kFieldsShownMax)
      diffs.push_back({std::move(name), shown_value(before, old), shown_value(after, now)});
  };
  for (const event::Field& field : after.fields)
    add(after.name(field), before.find(after.name(field)), &field);
  for (const event::Field& field : before.fields)
    if (!after.find(before.name(field))) add(before.name(field), &field, nullptr);
  return diffs;
}

std::vector<EntryDiff> compare_entries(const Settings& before, const Settings& after) {
  std::vector<EntryDiff> changed;
  for (const EntrySettings& entry : after.entries) {
    const EntrySettings* old = before.find_entry(entry.name);
    if (!old)
      changed.push_back({entry.name, Change::kAdded});
    else if (old->as_shown != entry.as_shown)
      changed.push_back({entry.name, Change::kOptions});
  }
  for (const EntrySettings& entry : before.entries)
    if (!after.find_entry(entry.name)) changed.push_back({entry.name, Change::kRemoved});
  return changed;
}

}  // namespace

class Plan::Sides {
 public:
  Sides(std::shared_ptr<const Settings> before, std::shared_ptr<const Settings> after,
        std::string log_id, Report& report)
      : log_id_(std::move(log_id)),
        before_(std::move(before), log_id_),
        after_(std::move(after), log_id_),
        has_same_lets_(before_.settings->lets == after_.settings->lets) {
    TextNumbers numbers;
    numbers.fill(before_);
    numbers.fill(after_);
    pair_exits(report);
    report.entries = compare_entries(*before_.settings, *after_.settings);
  }

  void judge(const tunnel::StoredBatch& batch, Report& report) {
    before_.bind(batch);
    after_.bind(batch);
    for (std::size_t i = 0; i < before_.events.size(); ++i) {
      before_.decide(i);
      after_.decide(i);
      bool is_moved = false, is_rewritten = false;
      for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
        compare(i, pairs_[pair], report.exits[pair], is_moved, is_rewritten);
      ++(is_moved ? report.moved : is_rewritten ? report.rewritten : report.same);
      report.unrouted_before += is_unrouted(before_);
      report.unrouted_after += is_unrouted(after_);
    }
  }

  std::vector<RuleDiff> rules() const {
    std::vector<RuleDiff> all;
    std::map<std::string_view, std::size_t> places;
    const auto add = [&](const Side& side, std::optional<std::uint64_t> RuleDiff::*count) {
      for (const rules::Rule& rule : side.settings->ruleset->rules()) {
        const auto [place, is_new] = places.emplace(rule.label, all.size());
        if (is_new) all.push_back({.label = rule.label});
        all[place->second].*count = side.matches[rule.index];
      }
    };
    add(after_, &RuleDiff::after);
    add(before_, &RuleDiff::before);
    return all;
  }

 private:
  void pair_exits(Report& report) {
    const Settings &old = *before_.settings, &next = *after_.settings;
    std::vector<std::optional<std::size_t>> origins(next.exits.size());
    std::vector<std::size_t> removed;
    for (std::size_t i = 0; i < old.exits.size(); ++i) {
      const auto successor = pipeline::find_successor(next, old.exits[i].name);
      if (successor && !origins[*successor])
        origins[*successor] = i;
      else
        removed.push_back(i);
    }
    for (std::size_t i = 0; i < next.exits.size(); ++i) {
      ExitDiff exit{.name = next.exits[i].name, .change = Change::kAdded};
      if (origins[i]) {
        const ExitSettings& origin = old.exits[*origins[i]];
        const bool is_renamed = origin.name != exit.name;
        if (is_renamed) exit.was = origin.name;
        exit.change = is_renamed                                  ? Change::kRenamed
                      : origin.as_shown != next.exits[i].as_shown ? Change::kOptions
                                                                  : Change::kNone;
      }
      pairs_.push_back({origins[i], i});
      report.exits.push_back(std::move(exit));
    }
    for (const std::size_t i : removed) {
      pairs_.push_back({i, std::nullopt});
      report.exits.push_back({.name = old.exits[i].name, .change = Change::kRemoved});
      find_twin(old.exits[i], report);
    }
  }

  /// A removed exit and an added one that differ by name alone were meant to be one.
  void find_twin(const ExitSettings& removed, Report& report) const {
    const auto& exits = after_.settings->exits;
    for (std::size_t i = 0; i < exits.size(); ++i) {
      ExitDiff& added = report.exits[i];
      if (added.change != Change::kAdded || !added.like.empty()) continue;
      if (options_of(exits[i]) != options_of(removed)) continue;
      added.like = removed.name;
      return;
    }
  }

  static bool is_unrouted(const Side& side) {
    const auto& rules = side.decisions.rule_of_exit;
    return std::all_of(rules.begin(), rules.end(), [](std::uint32_t r) { return r == kNoRule; });
  }

  void compare(std::size_t i, const ExitPair& pair, ExitDiff& exit, bool& is_moved,
               bool& is_rewritten) {
    const std::uint32_t before = before_.rule_for(pair.before), after = after_.rule_for(pair.after);
    exit.before += before != kNoRule;
    exit.after += after != kNoRule;
    if (before == kNoRule && after == kNoRule) return;
    if (before == kNoRule || after == kNoRule) {
      is_moved = true;
      const bool is_gain = before == kNoRule;
      ++(is_gain ? exit.gained : exit.lost);
      add_example(is_gain ? exit.gains : exit.losses, i, before, after);
      return;
    }
    if (!may_differ(pair, before, after)) return;
    const event::EventView old_event = render(before_, i, *pair.before);
    const event::EventView new_event = render(after_, i, *pair.after);
    if (old_event.json == new_event.json) return;
    is_rewritten = true;
    ++exit.rewritten;
    if (Example* example = add_example(exit.rewrites, i, before, after))
      example->fields = compare_fields(old_event, new_event);
  }

  bool may_differ(const ExitPair& pair, std::uint32_t before, std::uint32_t after) const {
    const std::uint32_t texts[] = {before_.texts[before], after_.texts[after],
                                   before_.own_texts[*pair.before], after_.own_texts[*pair.after]};
    if (texts[0] == texts[1] && texts[2] == texts[3] && has_same_lets_) return false;
    return std::any_of(std::begin(texts), std::end(texts), [](std::uint32_t t) { return t != 0; });
  }

  // The event as the exit gets it; valid until the side renders again.
  static event::EventView render(Side& side, std::size_t i, std::size_t exit) {
    const auto& [event, meta] = side.events[i];
    if (side.rendered->batch.text_bytes() > pipeline::kReadBytesMax)
      side.rendered = std::make_unique<Rendered>();
    tmpl::HoleFailures failures;
    const auto done =
        pipeline::rewrite_for_exit(side.router.router(), side.settings->exits[exit], exit, event,
                                   meta, side.rendered->writer, failures);
    if (done.ok()) return *done ? side.rendered->last() : event;
    side.refusal = done.error().text;  // It would become a dead letter that says so.
    return {side.refusal, {}};
  }

  Example* add_example(std::vector<Example>& examples, std::size_t i, std::uint32_t before,
                       std::uint32_t after) const {
    if (examples.size() >= kExamplesMax) return nullptr;
    const rules::RoutedEvent& event = before_.events[i];
    Example& example =
        examples.emplace_back(example_of(event, tunnel::format_id(log_id_, event.meta.seq)));
    example.rule_before = before_.label(before);
    example.rule_after = after_.label(after);
    return &example;
  }

  const std::string log_id_;
  Side before_, after_;
  const bool has_same_lets_;
  std::vector<ExitPair> pairs_;  // As Report::exits.
};

std::string_view to_string(Change change) {
  switch (change) {
    case Change::kNone:
      return "none";
    case Change::kOptions:
      return "options";
    case Change::kRenamed:
      return "renamed";
    case Change::kAdded:
      return "added";
    case Change::kRemoved:
      return "removed";
  }
  return "";
}

bool Report::has_changes() const {
  const auto changes = [](const ExitDiff& exit) { return exit.change != Change::kNone; };
  return moved + rewritten > 0 || !entries.empty() ||
         std::any_of(exits.begin(), exits.end(), changes);
}

Plan::Plan(std::shared_ptr<const Settings> before, std::shared_ptr<const Settings> after,
           std::string log_id)
    : sides_(std::make_unique<Sides>(std::move(before), std::move(after), std::move(log_id),
                                     report_)) {}
Plan::~Plan() = default;

void Plan::judge(const tunnel::StoredBatch& batch) {
  const auto events = batch.events();
  if (events.empty()) return;
  if (report_.events == 0) report_.first_ns = events.front().meta.received_ns;
  report_.last_ns = events.back().meta.received_ns;
  report_.events += events.size();
  sides_->judge(batch, report_);
}

Report Plan::report() const {
  Report report = report_;
  report.rules = sides_->rules();
  return report;
}

}  // namespace tt::plan
