// One exit at a time: the first of these that holds is the state: dead letter, open request,
// delivery, failed attempts, then what the rules say.
// SPDX-License-Identifier: Apache-2.0
#include "api/why_exit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/units.h"

namespace tt::api {
namespace {

using pipeline::EventFate;
using State = EventFate::State;

const rules::PartTrace* decisive_part(const rules::RuleTrace& trace) {
  for (const rules::OperandTrace& operand : trace.operands)
    if (!operand.error.empty() || operand.is_false()) return &operand;
  return nullptr;
}

/// Why this rule does not send the event: itself, a parent, or a final rule before it.
std::string obstacle_text(const rules::Explanation& explanation, std::uint32_t rule) {
  const rules::Ruleset& ruleset = *explanation.ruleset;
  const rules::RuleTrace* trace = &explanation.rules[rule];
  std::string where;
  while (trace->outcome == rules::Outcome::kNotReached && trace->ended_by == rules::kNoRule) {
    const std::uint32_t parent = ruleset.rule(trace->rule).parent;
    if (parent == rules::kNoRule) break;
    trace = &explanation.rules[parent];
    where = "`" + ruleset.rule(parent).label + "` above it: ";
  }
  if (trace->ended_by != rules::kNoRule)
    return where + "not reached, `" + ruleset.rule(trace->ended_by).label + "` ended the list";
  const rules::PartTrace* part = decisive_part(*trace);
  if (!trace->error.empty()) return where + "error: " + trace->error;
  return where + "no match" + (part ? ": " + part->text + " is false" : "");
}

/// The judgement that this exit's story is told by.
const Judgement* judgement_of(const ExitStory& story, const std::vector<Judgement>& judgements) {
  for (const Judgement& one : judgements)
    if (one.generation == story.generation) return &one;
  // What is pending is judged when its turn comes.
  for (const Judgement& one : judgements)
    if (story.state == ExitState::kPending && one.is_in_force) return &one;
  return story.generation == 0 && !judgements.empty() ? &judgements.front() : nullptr;
}

/// False: no rule of that generation sends the event here. Sets rule or obstacles.
bool apply_rules(const Judgement& judgement, ExitStory& story) {
  const rules::Explanation& explanation = judgement.decision->explanation;
  const rules::Ruleset& ruleset = *explanation.ruleset;
  for (const rules::ExitTrace& exit : explanation.exits)
    if (ruleset.exits()[exit.exit] == story.exit) story.rule = ruleset.rule(exit.rule).label;
  if (!story.rule.empty()) return true;
  const auto exit = ruleset.find_exit(story.exit);
  for (const rules::WithheldTrace& one : explanation.withheld)
    if (exit == one.exit) {
      story.obstacles.push_back({ruleset.rule(one.rule).label, "matched, but " + one.reason});
      return false;
    }
  for (const rules::Rule& rule : ruleset.rules()) {
    const bool names_it =
        exit && std::find(rule.exits.begin(), rule.exits.end(), *exit) != rule.exits.end();
    if (names_it) story.obstacles.push_back({rule.label, obstacle_text(explanation, rule.index)});
  }
  return false;
}

// Exits that are not HTTP answer 200 as well, so that one table judges all.
constexpr std::pair<std::string_view, std::string_view> kDone[] = {{"exec", "acknowledged"},
                                                                   {"file", "written"},
                                                                   {"graphite", "sent"},
                                                                   {"stdout", "written"},
                                                                   {"syslog", "sent"}};

void tell_before(const EventFate& fate, ExitStory& story) {
  story.state = ExitState::kBefore;
  story.detail = "the exit began after this event; `start` says where a new one begins";
  story.generation = fate.generation;
}

void tell_attempts(ExitStory& story, bool is_configured) {
  const tunnel::Attempt& last = story.attempts.back();
  const auto delivered =
      std::find_if(story.attempts.rbegin(), story.attempts.rend(),
                   [](const tunnel::Attempt& one) { return one.verdict == "delivered"; });
  if (delivered != story.attempts.rend()) {
    story.state = ExitState::kDelivered;
    const std::string status =
        delivered->status ? status_text(story.type, delivered->status) : "acknowledged";
    story.detail = "at " + format_time_us(delivered->time_ns) + ", attempt " +
                   std::to_string(delivered->number) + ", " + status +
                   (delivered->replay ? ", in replay " + std::to_string(delivered->replay) : "") +
                   (delivered->reference.empty() ? "" : ", there called " + delivered->reference);
    story.generation = delivered->generation;
    return;
  }
  story.generation = last.generation;
  story.state = is_configured ? ExitState::kGivenUp : ExitState::kUnknown;
  story.detail = is_configured
                     ? "its dead letter is gone: dropped by hand, or older than letters are kept"
                     : "the exit has left the configuration before it got the event";
}

/// A name as a word for the shell.
std::string shell_word(const std::string& name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  if (name.find_first_not_of(kPlain) == std::string::npos) return name;
  std::string word = "'";
  for (const char c : name) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

/// What can deliver it: the same event through the same configuration fails in the same way, except
/// where the other side has changed.
std::string advice_on(const tunnel::DeadLetter& letter) {
  if (letter.reason == "gap") return "";  // There is nothing to send.
  const std::string name = shell_word(letter.exit) + " " + std::to_string(letter.number);
  const std::string retry = "tictoc dead retry " + name;
  const std::string edit = "tictoc dead edit " + name + " --set FIELD=TEXT";
  if (letter.reason == "template")
    return "correct the template, then tictoc reload && " + retry +
           "; or give the event what the template needs: " + edit;
  if (letter.reason == "encode" || letter.reason == "too_large")
    return edit + ", since this exit cannot send the event as it is";
  return retry;
}

void tell_letter(ExitStory& story) {
  const tunnel::DeadLetter& letter = story.letters.back();
  story.state = ExitState::kDead;
  story.detail = "letter " + std::to_string(letter.number) + ", " + letter.reason + ": " +
                 letter.error + (letter.last_ns ? ", at " + format_time_us(letter.last_ns) : "") +
                 (letter.replay ? ", in replay " + std::to_string(letter.replay) : "");
  story.advice = advice_on(letter);
  if (!story.attempts.empty()) story.generation = story.attempts.back().generation;
}

/// Delivered before a replay made it a dead letter: both are told, the delivery first.
bool was_delivered_before(const ExitStory& story) {
  const tunnel::DeadLetter& letter = story.letters.back();
  return letter.replay > 0 &&
         std::any_of(story.attempts.begin(), story.attempts.end(), [&](const auto& attempt) {
           return attempt.verdict == "delivered" && attempt.replay < letter.replay;
         });
}

/// What an event waits for that the exit has not come to, or has failed with.
std::string waiting_text(const EventFate& fate) {
  std::vector<std::string> parts;
  if (!fate.waits_for.empty())
    parts.push_back("waits for event " + fate.waits_for + " of the same alert");
  if (fate.exit.state == "paused")
    parts.push_back("the exit is paused");
  else if (!fate.exit.problem.empty())
    parts.push_back("the exit fails: " + fate.exit.problem);
  else if (fate.is_held_by_rate)
    parts.push_back("the exit's `rate` holds it back");
  if (fate.ahead > 0)
    parts.push_back(std::to_string(fate.ahead) +
                    (fate.ahead == 1 ? " event comes before it" : " events come before it"));
  const WallNs next = fate.next_attempt_ns ? fate.next_attempt_ns : fate.exit.next_attempt_ns;
  if (next > 0) parts.push_back("next attempt at " + format_time_us(next));
  return join(parts, "; ");
}

void tell_open(const EventFate& fate, ExitStory& story) {
  story.generation = fate.generation;
  story.detail = waiting_text(fate);
  if (fate.exit.state == "paused") story.advice = "tictoc exit resume " + shell_word(story.exit);
  switch (fate.state) {
    case State::kPending:
      story.state = ExitState::kPending;
      return;
    case State::kGathered:
      story.state = ExitState::kPending;
      if (story.detail.empty()) story.detail = "waits for its batch";
      return;
    case State::kInFlight:
      story.state = ExitState::kInFlight;
      story.detail = "attempt " + std::to_string(fate.attempts + 1) + " waits for its answer";
      return;
    case State::kRetrying:
      story.state = ExitState::kRetrying;
      return;
    case State::kParked:
      story.state = ExitState::kParked;
      return;
    case State::kBurying:
      story.state = ExitState::kDead;
      story.detail = "its dead letter is being stored";
      return;
    case State::kUnsynced:
    case State::kDecided:
    case State::kBefore:
      return;
  }
}

/// Decided without a trace: the rules say how, or nothing does.
void tell_by_rules(bool is_unsynced, bool is_routed, ExitStory& story) {
  if (!is_routed) {
    story.state = ExitState::kFiltered;
    if (story.obstacles.empty()) story.detail = "no rule names this exit";
  } else if (is_unsynced) {
    story.state = ExitState::kDelivered;
    story.detail = "written, and not yet synced to the disk";
  } else {
    story.detail =
        "no attempt is on record: another generation judged it, or its attempts have been dropped";
  }
}

void tell(const EventFate* fate, const std::vector<Judgement>& judgements, ExitStory& story) {
  const State state = fate ? fate->state : State::kDecided;
  const bool is_open =
      state != State::kDecided && state != State::kUnsynced && state != State::kBefore;
  const bool has_trace =
      is_open || state == State::kBefore || !story.letters.empty() || !story.attempts.empty();
  if (!story.letters.empty()) {
    tell_letter(story);
    if (was_delivered_before(story)) {
      const std::string dead = std::move(story.detail);
      tell_attempts(story, fate != nullptr);
      story.detail += "; later dead: " + dead;
    }
  } else if (is_open)
    tell_open(*fate, story);
  else if (!story.attempts.empty())
    tell_attempts(story, fate != nullptr);
  else if (state == State::kBefore)
    tell_before(*fate, story);
  const Judgement* judgement = judgement_of(story, judgements);
  if (!judgement || !judgement->decision) return;
  story.generation = judgement->generation;
  const bool is_routed = apply_rules(*judgement, story);
  if (story.state == ExitState::kPending && !is_routed)
    story.detail = "no rule in force sends it there";
  if (!has_trace) tell_by_rules(state == State::kUnsynced, is_routed, story);
}

}  // namespace

std::string_view to_string(ExitState state) {
  switch (state) {
    case ExitState::kDelivered:
      return "delivered";
    case ExitState::kFiltered:
      return "filtered";
    case ExitState::kPending:
      return "pending";
    case ExitState::kInFlight:
      return "in flight";
    case ExitState::kRetrying:
      return "retrying";
    case ExitState::kParked:
      return "parked";
    case ExitState::kDead:
      return "dead";
    case ExitState::kGivenUp:
      return "given up";
    case ExitState::kBefore:
      return "before";
    case ExitState::kUnknown:
      break;
  }
  return "unknown";
}

std::string status_text(std::string_view type, int status) {
  if (status == 0) return {};
  const std::string number = std::to_string(status);
  if (type == "email") return "SMTP " + number;
  for (const auto& [local, done] : kDone)
    if (type == local) return status == 200 ? std::string(done) : "status " + number;
  return "HTTP " + number;
}

std::vector<ExitStory> stories_of(const ExitFacts& facts,
                                  const std::vector<Judgement>& judgements) {
  std::vector<ExitStory> stories;
  const auto story = [&](const std::string& exit) -> ExitStory& {
    for (ExitStory& one : stories)
      if (one.exit == exit) return one;
    ExitStory& made = stories.emplace_back();
    made.exit = exit;
    return made;
  };
  for (const EventFate& fate : facts.fates) story(fate.exit.name).type = fate.exit.type;
  for (const tunnel::Attempt& one : facts.attempts) story(one.exit).attempts.push_back(one);
  for (const tunnel::DeadLetter& one : facts.letters) story(one.exit).letters.push_back(one);
  for (ExitStory& one : stories) {
    const auto fate = std::find_if(facts.fates.begin(), facts.fates.end(),
                                   [&](const EventFate& f) { return f.exit.name == one.exit; });
    tell(fate == facts.fates.end() ? nullptr : &*fate, judgements, one);
  }
  return stories;
}

}  // namespace tt::api
