// The story as JSON, and as a text that is read at night: what became of it first, then the rules.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "api/why.h"
#include "api/why_exit.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

using portals::JsonWriter;

constexpr std::size_t kEventShownMax = 2'000;  // Of the text form; `tictoc show` has all of it.
constexpr std::size_t kAnswerShownMax = 200;   // Of one answer, on one line.
constexpr std::size_t kAttemptsShownMax = 20;  // Of one exit, in the text form; the newest.

void write_attempt(JsonWriter& json, const tunnel::Attempt& attempt) {
  json.map().key("time").text(format_time_us(attempt.time_ns));
  write_number(json, "number", attempt.number);
  write_number(json, "generation", attempt.generation);
  if (attempt.replay) write_number(json, "replay", attempt.replay);
  json.key("verdict").text(attempt.verdict).key("status").number(attempt.status);
  json.key("duration_ms").number(attempt.duration_ns / kNsPerMs);
  write_number(json, "events", attempt.seqs.size());
  json.some("answer", attempt.answer).some("reference", attempt.reference).end();
}

void write_letter(JsonWriter& json, const tunnel::DeadLetter& letter) {
  json.map();
  write_number(json, "number", letter.number);
  if (letter.replay) write_number(json, "replay", letter.replay);
  json.key("reason").text(letter.reason).key("status").number(letter.status);
  json.key("error").text(letter.error).some("answer", letter.answer);
  json.some("rule", letter.rule).key("last").text(format_time_us(letter.last_ns)).end();
}

void write_exit(JsonWriter& json, const ExitStory& exit) {
  json.map().key("exit").text(exit.exit).key("state").text(to_string(exit.state));
  json.key("detail").text(exit.detail).some("advice", exit.advice);
  if (exit.generation) write_number(json, "generation", exit.generation);
  json.some("rule", exit.rule);
  if (!exit.obstacles.empty()) {
    json.key("obstacles").list();
    for (const Obstacle& one : exit.obstacles)
      json.map().key("rule").text(one.rule).key("text").text(one.text).end();
    json.end();
  }
  json.key("attempts").list();
  for (const tunnel::Attempt& attempt : exit.attempts) write_attempt(json, attempt);
  json.end().key("letters").list();
  for (const tunnel::DeadLetter& letter : exit.letters) write_letter(json, letter);
  json.end().end();
}

/// Of an answer what fits a line; its line breaks would break the table.
std::string excerpt(std::string_view answer) {
  std::string line(clip_bytes(answer, kAnswerShownMax));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line + (line.size() < answer.size() ? "..." : "");
}

std::string attempt_text(const tunnel::Attempt& attempt, const ExitStory& exit) {
  std::string out = "    " + std::to_string(attempt.number) + "  " +
                    format_time_us(attempt.time_ns) + "  " + attempt.verdict;
  if (attempt.status) out += "  " + status_text(exit.type, attempt.status);
  out += "  " + std::to_string(attempt.duration_ns / kNsPerMs) + " ms";
  if (attempt.seqs.size() > 1) out += "  with " + std::to_string(attempt.seqs.size()) + " events";
  if (attempt.generation != exit.generation)
    out += "  generation " + std::to_string(attempt.generation);
  if (!attempt.answer.empty()) out += "  " + excerpt(attempt.answer);
  return out + "\n";
}

/// Runs are told apart: the first one, then each replay.
std::string attempts_text(const ExitStory& exit) {
  std::set<std::uint64_t> runs;
  for (const tunnel::Attempt& attempt : exit.attempts) runs.insert(attempt.replay);
  std::string out;
  for (const std::uint64_t run : runs) {
    std::vector<const tunnel::Attempt*> attempts;
    for (const tunnel::Attempt& attempt : exit.attempts)
      if (attempt.replay == run) attempts.push_back(&attempt);
    if (run > 0)
      out += "    replay " + std::to_string(run) + ":\n";
    else if (runs.size() > 1)
      out += "    first run:\n";
    const std::size_t left_out = attempts.size() - std::min(attempts.size(), kAttemptsShownMax);
    if (left_out > 0) out += "    " + std::to_string(left_out) + " older attempts\n";
    for (std::size_t i = left_out; i < attempts.size(); ++i)
      out += attempt_text(*attempts[i], exit);
  }
  return out;
}

std::string exit_text(const ExitStory& exit, std::size_t width) {
  std::string out = "  " + exit.exit + std::string(width - exit.exit.size() + 2, ' ');
  out += to_string(exit.state);
  if (!exit.detail.empty()) out += (exit.state == ExitState::kDelivered ? " " : ": ") + exit.detail;
  out += '\n';
  for (const Obstacle& one : exit.obstacles) out += "    " + one.rule + ": " + one.text + "\n";
  out += attempts_text(exit);
  if (!exit.advice.empty()) out += "    try: " + exit.advice + "\n";
  return out;
}

std::string judgement_text(const Judgement& judgement) {
  std::string out =
      "\nrules of generation " + std::to_string(judgement.generation) + " (" + judgement.basis;
  if (!judgement.is_in_force) out += "; no longer in force";
  out += "):\n";
  if (!judgement.decision) return out + "  " + judgement.problem + "\n";
  out += pipeline::rules_text(*judgement.decision);
  return out + "\nwhat it sends:\n" + pipeline::requests_text(*judgement.decision);
}

}  // namespace

std::string why_json(const Why& why) {
  JsonWriter json;
  json.map().key("id").text(why.id);
  if (why.received_ns) json.key("received").text(format_time_us(why.received_ns));
  json.some("entry", why.entry);
  json.key("event").raw(why.event_json.empty() ? "null" : why.event_json);
  json.key("exits").list();
  for (const ExitStory& exit : why.exits) write_exit(json, exit);
  json.end().key("judgements").list();
  for (const Judgement& one : why.judgements) {
    json.map();
    write_number(json, "generation", one.generation);
    json.key("in_force").boolean(one.is_in_force).key("basis").text(one.basis);
    json.some("problem", one.problem).key("decision");
    json.raw(one.decision ? pipeline::decision_json(*one.decision) : "null").end();
  }
  json.end().key("notes").list();
  for (const std::string& note : why.notes) json.text(note);
  return json.end().end().take();
}

std::string why_text(const Why& why) {
  std::string out = "event " + why.id;
  if (why.received_ns)
    out += ", received " + format_time_us(why.received_ns) + " by `" + why.entry + "`";
  out += '\n';
  if (!why.event_json.empty()) {
    const std::string_view shown = clip_bytes(why.event_json, kEventShownMax);
    out += "  " + std::string(shown) + (shown.size() < why.event_json.size() ? "..." : "") + "\n";
  }
  for (const std::string& note : why.notes) out += "note: " + note + "\n";
  out += "\nexits:\n";
  std::size_t width = 0;
  for (const ExitStory& exit : why.exits) width = std::max(width, exit.exit.size());
  for (const ExitStory& exit : why.exits) out += exit_text(exit, width);
  for (const Judgement& judgement : why.judgements) out += judgement_text(judgement);
  return out;
}

}  // namespace tt::api
