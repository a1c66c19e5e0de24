// One function an expectation; each notes the rules that a person has to look at.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/comparison.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::rehearse {
namespace {

using config::Node;

constexpr std::string_view kNotReached = "not reached";

/// Whether the first parenthesis closes at the very end.
bool is_enclosed(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) return i > 0 && i + 1 == text.size();
  }
  return false;
}

/// Neither blanks nor parentheses around the whole matter in an expression that is compared with
/// one in another file.
std::string squeezed(std::string_view text) {
  std::string out;
  char quote = 0;  // Blanks inside a text are part of it.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) continue;
    out += c;
    if (c == '\\' && quote != 0 && i + 1 < text.size())
      out += text[++i];
    else if (quote != 0 ? c == quote : c == '"' || c == '\'')
      quote = quote == 0 ? c : 0;
  }
  while (is_enclosed(out)) out = out.substr(1, out.size() - 2);
  return out;
}

/// The parts of a `when` that were false or failed, as written there and not cut.
std::vector<std::string> reasons_of(const rules::Rule& rule, const rules::RuleTrace& trace) {
  if (trace.outcome == rules::Outcome::kNotReached) return {std::string(kNotReached)};
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < trace.operands.size(); ++i) {
    if (trace.operands[i].error.empty() && !trace.operands[i].is_false()) continue;
    const rules::Conjunct& conjunct = rule.conjuncts[i];
    reasons.emplace_back(rule.when.program->text().substr(conjunct.begin, conjunct.length));
  }
  return reasons;
}

/// Whether `reason` is what failed in a part, or in what it is made of.
bool is_reason(const rules::PartTrace& part, const std::string& reason) {
  if (part.error.empty() && !part.is_false()) return false;
  if (squeezed(part.text) == reason || squeezed(part.definition) == reason) return true;
  return std::any_of(part.parts.begin(), part.parts.end(),
                     [&](const rules::PartTrace& one) { return is_reason(one, reason); });
}

}  // namespace

Comparison::Comparison(pipeline::Rehearsal& rehearsal, const tunnel::StoredEvent& event)
    : rehearsal_(rehearsal),
      event_(event),
      ruleset_(*rehearsal.settings().ruleset),
      explanation_(rehearsal.explain(event)) {}

const rules::RuleTrace& Comparison::trace(std::string_view label) const {
  const auto rules = ruleset_.rules();
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const rules::Rule& one) { return one.label == label; });
  TT_ASSERT(found != rules.end());
  return explanation_.rules[found->index];
}

void Comparison::look_at(std::uint32_t rule) {
  // A rule says nothing without those around it.
  for (; rule != rules::kNoRule; rule = ruleset_.rule(rule).parent) relevant_.insert(rule);
}

const rules::ExitTrace* Comparison::exit_trace(std::string_view exit) const {
  for (const rules::ExitTrace& one : explanation_.exits)
    if (ruleset_.exits()[one.exit] == exit) return &one;
  return nullptr;
}

std::string Comparison::decider(std::string_view exit) const {
  const rules::ExitTrace* found = exit_trace(exit);
  return found ? ruleset_.rule(found->rule).label : "";
}

void Comparison::compare(const ExpectConfig& expect, Differences& out) {
  compare_exits(expect, out);
  compare_deciders(expect, out);
  compare_rules(expect, out);
  if (expect.event.is_map()) {
    const auto fields = portals::parse_json(event_.event.json);
    TT_ASSERT(fields && fields->is_object());
    match_fields(expect.event, fields->get_object(), "event", out);
  }
  for (const auto& [exit, request] : expect.requests) compare_request(exit, request, out);
  compare_dead_letters(expect, out);
}

void Comparison::compare_exits(const ExpectConfig& expect, Differences& out) {
  if (!expect.exits) return;
  for (const auto& [exit, mark] : *expect.exits) {
    if (exit_trace(exit)) continue;
    const auto index = ruleset_.find_exit(exit);
    const auto withheld =
        std::find_if(explanation_.withheld.begin(), explanation_.withheld.end(),
                     [&](const rules::WithheldTrace& one) { return one.exit == *index; });
    const bool is_withheld = withheld != explanation_.withheld.end();
    out.push_back({"exits", exit, is_withheld ? "nothing: " + withheld->reason : "", mark});
    for (const rules::Rule& rule : ruleset_.rules())
      if (std::find(rule.exits.begin(), rule.exits.end(), *index) != rule.exits.end())
        look_at(rule.index);
  }
  for (const rules::ExitTrace& found : explanation_.exits) {
    const std::string& exit = ruleset_.exits()[found.exit];
    if (std::any_of(expect.exits->begin(), expect.exits->end(),
                    [&](const auto& one) { return one.value == exit; }))
      continue;
    out.push_back({"exits", "", exit + " (by `" + decider(exit) + "`)", {}});
    look_at(found.rule);
  }
}

void Comparison::compare_deciders(const ExpectConfig& expect, Differences& out) {
  for (const auto& [exit, rule] : expect.decided_by) {
    const std::string found = decider(exit);
    if (found == rule.value) continue;
    out.push_back({"decided_by." + exit, rule.value, found, rule.mark});
    look_at(trace(rule.value).rule);
    if (!found.empty()) look_at(trace(found).rule);
  }
}

void Comparison::compare_rules(const ExpectConfig& expect, Differences& out) {
  for (const auto& [rule, mark] : expect.rules) {
    const rules::RuleTrace& found = trace(rule);
    if (found.outcome == rules::Outcome::kMatched) continue;
    out.push_back({"rules." + rule, "matched", std::string(to_string(found.outcome)), mark});
    look_at(found.rule);
  }
  const Node& unmatched = expect.not_matched;
  if (unmatched.is_scalar()) compare_unmatched(unmatched, out);
  for (const Node& rule : unmatched.children) compare_unmatched(rule, out);
}

void Comparison::compare_unmatched(const config::Node& rule, Differences& out) {
  // A member of a map has its reason as the value; of a list only the name.
  const std::string& name = rule.key.empty() || rule.key == "not" ? rule.text : rule.key;
  const rules::RuleTrace& found = trace(name);
  if (found.outcome == rules::Outcome::kMatched) {
    out.push_back({"not." + name, "no match", "matched", rule.place()});
    look_at(found.rule);
    return;
  }
  if (&name == &rule.text || rule.is_null()) return;
  const std::string reason = squeezed(rule.text);
  const std::vector<std::string> reasons = reasons_of(ruleset_.rule(found.rule), found);
  if (std::any_of(reasons.begin(), reasons.end(),
                  [&](const std::string& one) { return squeezed(one) == reason; }) ||
      std::any_of(found.operands.begin(), found.operands.end(),
                  [&](const rules::PartTrace& one) { return is_reason(one, reason); }))
    return;
  out.push_back({"not." + name, rule.text, join(reasons, "  and  "), rule.place()});
  look_at(found.rule);
}

void Comparison::compare_request(const std::string& exit, const RequestConfig& expect,
                                 Differences& out) {
  const std::string path = "requests." + exit;
  const auto request = rehearsal_.request(*ruleset_.find_exit(exit), event_);
  if (!request.ok()) {
    if (!expect.error.is_null())
      return match_text(expect.error, request.error().text, path + ".error", out);
    out.push_back({path, "a request", "a dead letter: " + request.error().text, {}});
    return;
  }
  if (!expect.error.is_null())
    out.push_back(
        {path + ".error", expected_text(expect.error), "a request", expect.error.place()});
  if (const auto& holes = expect.failed_holes; holes && holes->value != request->failures.count)
    out.push_back({path + ".failed_holes", std::to_string(holes->value),
                   std::to_string(request->failures.count), holes->mark, request->failures.first});
  if (!expect.method.is_null()) match_text(expect.method, request->method, path + ".method", out);
  if (!expect.url.is_null()) match_text(expect.url, request->url.masked(), path + ".url", out);
  for (const Node& header : expect.headers.children) {
    const auto found =
        std::find_if(request->headers.begin(), request->headers.end(),
                     [&](const auto& one) { return equal_ignoring_case(one.first, header.key); });
    const std::string below = path + ".headers." + header.key;
    if (found == request->headers.end())
      match_value(header, nullptr, below, out);
    else
      match_text(header, found->second.masked(), below, out);
  }
  if (expect.body.is_null()) return;
  const auto body = portals::parse_json(request->body);
  const bool is_tree = expect.body.is_list() || (expect.body.is_map() && !is_form(expect.body));
  if (is_tree && body)
    match_value(expect.body, body.get(), path + ".body", out);
  else
    match_text(expect.body, request->body, path + ".body", out);
}

void Comparison::compare_dead_letters(const ExpectConfig& expect, Differences& out) {
  if (!expect.exits) return;
  for (const rules::ExitTrace& one : explanation_.exits) {
    const std::string& exit = ruleset_.exits()[one.exit];
    if (std::any_of(expect.requests.begin(), expect.requests.end(),
                    [&](const auto& given) { return given.first == exit; }))
      continue;  // compare_request() has looked.
    const auto request = rehearsal_.request(one.exit, event_);
    if (request.ok()) continue;
    out.push_back({"requests." + exit, "a request", "a dead letter: " + request.error().text, {}});
  }
}

std::string Comparison::why() const {
  std::string out;
  for (const std::uint32_t rule : relevant_) out += rules::rule_text(explanation_, rule);
  return out;
}

}  // namespace tt::rehearse
