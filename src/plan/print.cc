// Text: the sums, then each exit with examples, then the rules whose counts change.
// SPDX-License-Identifier: Apache-2.0
#include "plan/print.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/colour.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/kit/json.h"

namespace tt::plan {
namespace {

using portals::JsonWriter;

constexpr int kNameWidth = 28;

/// 1234567 -> 1,234,567.
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string events(std::uint64_t count) {
  return grouped(count) + (count == 1 ? " event" : " events");
}

/// ", 2d 3h": the two largest units are what a person reads; nothing under a second.
std::string span(std::int64_t ns) {
  const std::int64_t all = ns / kNsPerSec;
  const std::pair<std::int64_t, char> units[] = {
      {all / 86400, 'd'}, {all / 3600 % 24, 'h'}, {all / 60 % 60, 'm'}, {all % 60, 's'}};
  std::string out;
  int shown = 0;
  for (const auto& [count, unit] : units) {
    if (count == 0 && shown == 0) continue;
    if (shown++ < 2 && count > 0)
      out += fmt::format("{}{}{}", out.empty() ? ", " : " ", count, unit);
  }
  return out;
}

class TextPlan {
 public:
  TextPlan(const Report& report, const Facts& facts, bool is_coloured)
      : report_(report), facts_(facts), is_coloured_(is_coloured) {}

  std::string print() {
    head();
    exits();
    rules();
    entries();
    losses();
    out_ += report_.has_changes() ? "\nThe new configuration changes what is above.\n"
                                  : "\nNo changes: every event goes where it went.\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  /// `sign` in its colour.
  std::string sign(char sign) const {
    if (!is_coloured_ || sign == ' ') return {sign};
    const std::string_view begin = sign == '+'   ? colour::kGreen
                                   : sign == '-' ? colour::kRed
                                                 : colour::kYellow;
    return fmt::format("{}{}{}", begin, sign, colour::kEnd);
  }

  void head() {
    line("Plan: from {} to {}, over {} of {}", facts_.before, facts_.after, events(report_.events),
         facts_.events_of);
    if (report_.events == 0) return;
    line("received from {} to {}{}\n", format_time(report_.first_ns), format_time(report_.last_ns),
         span(report_.last_ns - report_.first_ns));
    line("{:>12}  go where they went", grouped(report_.same));
    line("{:>12}  go to other exits", grouped(report_.moved));
    line("{:>12}  go where they went, with other fields", grouped(report_.rewritten));
    line("{:>12}  reach no exit ({} before)", grouped(report_.unrouted_after),
         grouped(report_.unrouted_before));
  }

  static char sign_of(const ExitDiff& exit) {
    if (exit.change == Change::kAdded) return '+';
    if (exit.change == Change::kRemoved) return '-';
    const bool is_touched =
        exit.change != Change::kNone || exit.gained || exit.lost || exit.rewritten;
    return is_touched ? '~' : ' ';
  }
  static std::string note_of(const ExitDiff& exit) {
    switch (exit.change) {
      case Change::kNone:
        return "";
      case Change::kOptions:
        return "options change";
      case Change::kRenamed:
        return "was " + exit.was;
      case Change::kAdded:
        return exit.like.empty() ? "new exit"
                                 : "new; `was: " + exit.like + "` would keep its cursor";
      case Change::kRemoved:
        return "removed; its cursor stays as an orphan";
    }
    return "";
  }

  void exits() {
    if (report_.exits.empty()) return;
    line("\n{:<{}}{:>12}{:>12}", "Exits", kNameWidth + 4, "before", "after");
    for (const ExitDiff& exit : report_.exits) {
      const std::string note = note_of(exit);
      line("  {} {:<{}}{:>12}{:>12}{}{}", sign(sign_of(exit)), exit.name, kNameWidth,
           exit.change == Change::kAdded ? "-" : grouped(exit.before),
           exit.change == Change::kRemoved ? "-" : grouped(exit.after), note.empty() ? "" : "  ",
           note);
      examples('+', "newly", exit.gained, exit.gains);
      examples('-', "no longer", exit.lost, exit.losses);
      examples('~', "with other fields", exit.rewritten, exit.rewrites);
    }
  }

  void examples(char mark, std::string_view what, std::uint64_t count,
                const std::vector<Example>& shown) {
    if (count == 0) return;
    line("      {} {} {}{}", sign(mark), events(count), what,
         count > shown.size() ? ", such as" : "");
    for (const Example& one : shown) {
      line("          {}  {}  {}  \"{}\"", one.id, format_time(one.received_ns),
           printable(one.kind), one.message);
      line("            {}", deciders(one));
      for (const FieldDiff& field : one.fields)
        line("            {}: {} -> {}", printable(field.name), value_text(field.before),
             value_text(field.after));
    }
  }

  static std::string value_text(const std::string& value) {
    return value.empty() ? "(absent)" : printable(value);
  }

  static std::string deciders(const Example& one) {
    if (one.rule_before.empty()) return "rule `" + one.rule_after + "`; none before";
    if (one.rule_after.empty()) return "no rule; before `" + one.rule_before + "`";
    if (one.rule_before == one.rule_after) return "rule `" + one.rule_after + "`, as before";
    return "rule `" + one.rule_after + "`; before `" + one.rule_before + "`";
  }

  void rules() {
    std::size_t as_before = 0;
    bool has_head = false;
    for (const RuleDiff& rule : report_.rules) {
      if (rule.before == rule.after) {
        ++as_before;
        continue;
      }
      if (!std::exchange(has_head, true))
        line("\n{:<{}}{:>12}{:>12}", "Rules, by events they match", kNameWidth + 4, "before",
             "after");
      line("  {} {:<{}}{:>12}{:>12}",
           sign(!rule.before  ? '+'
                : !rule.after ? '-'
                              : '~'),
           rule.label, kNameWidth, rule.before ? grouped(*rule.before) : "-",
           rule.after ? grouped(*rule.after) : "-");
    }
    if (as_before > 0)
      line("{}{} as many events as before", has_head ? "    " : "\n",
           as_before == 1 ? "1 rule matches" : grouped(as_before) + " rules match");
  }

  void entries() {
    if (report_.entries.empty()) return;
    line("\nEntries (stored events cannot tell what else would come in)");
    for (const EntryDiff& entry : report_.entries)
      line("  {} {}{}",
           sign(entry.change == Change::kAdded     ? '+'
                : entry.change == Change::kRemoved ? '-'
                                                   : '~'),
           entry.name, entry.change == Change::kOptions ? ", options change" : "");
  }

  void losses() {
    const tunnel::SnapshotLosses& losses = facts_.losses;
    if (losses.recycled_events > 0)
      line("\nAt most {} were recycled while reading: they were past `tunnel.keep_for`.",
           events(losses.recycled_events));
    if (losses.damages > 0)
      line("\nDamaged on disk: {} of records, at most {}; the first is {}.",
           losses.damages == 1 ? "1 stretch" : grouped(losses.damages) + " stretches",
           events(losses.damaged_events), losses.first_damage);
  }

  const Report& report_;
  const Facts& facts_;
  const bool is_coloured_;
  std::string out_;
};

JsonWriter& number(JsonWriter& json, std::string_view name, std::uint64_t value) {
  return json.key(name).number(static_cast<std::int64_t>(value));
}
JsonWriter& number(JsonWriter& json, std::string_view name, std::optional<std::uint64_t> value) {
  return value ? number(json, name, *value) : json.key(name).raw("null");
}
JsonWriter& time(JsonWriter& json, std::string_view name, WallNs time_ns) {
  return time_ns ? json.key(name).text(format_time_us(time_ns)) : json.key(name).raw("null");
}

void write_fields(JsonWriter& json, const std::vector<FieldDiff>& fields) {
  json.key("fields").list();
  for (const FieldDiff& field : fields)
    json.map()
        .key("name")
        .text(field.name)
        .some("before", field.before)
        .some("after", field.after)
        .end();
  json.end();
}

void write_examples(JsonWriter& json, std::string_view name, const std::vector<Example>& examples) {
  json.key(name).list();
  for (const Example& one : examples) {
    json.map().key("id").text(one.id);
    time(json, "received", one.received_ns).key("kind").text(one.kind);
    json.key("message").text(one.message);
    json.some("rule_before", one.rule_before).some("rule_after", one.rule_after);
    if (!one.fields.empty()) write_fields(json, one.fields);
    json.end();
  }
  json.end();
}

void write_exit(JsonWriter& json, const ExitDiff& exit) {
  json.map().key("name").text(exit.name).some("was", exit.was).some("like", exit.like);
  json.key("change").text(to_string(exit.change));
  number(json, "before", exit.before);
  number(json, "after", exit.after);
  number(json, "gained", exit.gained);
  number(json, "lost", exit.lost);
  number(json, "rewritten", exit.rewritten);
  write_examples(json, "gains", exit.gains);
  write_examples(json, "losses", exit.losses);
  write_examples(json, "rewrites", exit.rewrites);
  json.end();
}

}  // namespace

std::string print_text(const Report& report, const Facts& facts, bool is_coloured) {
  return TextPlan(report, facts, is_coloured).print();
}

std::string print_json(const Report& report, const Facts& facts) {
  JsonWriter json;
  json.map().key("changes").boolean(report.has_changes());
  json.key("before").text(facts.before).key("after").text(facts.after);
  json.key("events_of").text(facts.events_of);
  number(json, "events", report.events);
  time(json, "first", report.first_ns);
  time(json, "last", report.last_ns);
  number(json, "same", report.same);
  number(json, "moved", report.moved);
  number(json, "rewritten", report.rewritten);
  number(json, "unrouted_before", report.unrouted_before);
  number(json, "unrouted_after", report.unrouted_after);
  number(json, "recycled", facts.losses.recycled_events);
  number(json, "damaged", facts.losses.damaged_events);
  json.key("exits").list();
  for (const ExitDiff& exit : report.exits) write_exit(json, exit);
  json.end().key("rules").list();
  for (const RuleDiff& rule : report.rules) {
    json.map().key("name").text(rule.label);
    number(json, "before", rule.before);
    number(json, "after", rule.after).end();
  }
  json.end().key("entries").list();
  for (const EntryDiff& entry : report.entries)
    json.map().key("name").text(entry.name).key("change").text(to_string(entry.change)).end();
  json.end().end();
  return json.take();
}

}  // namespace tt::plan
