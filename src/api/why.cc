// Gathers one event's story: the event, its attempts and letters, and the generations that judged
// it.
// SPDX-License-Identifier: Apache-2.0
#include "api/why.h"

#include <algorithm>
#include <set>

#include "api/why_exit.h"
#include "base/text.h"
#include "base/units.h"
#include "event/writer.h"
#include "pipeline/limits.h"

namespace tt::api {
namespace {

constexpr std::size_t kGenerationsShown = 5;  // Of one event; the newest.
constexpr const char* kPendingBasis =
    "in force: it will judge what is pending, unless a reload comes first";

/// "0badcafe-7, received 2026-...": the first one that the tunnel still has.
std::string oldest_text(tunnel::Tunnel& tunnel) {
  const auto scan = tunnel.scan(tunnel.status().oldest);
  while (true) {
    const auto batch = scan->next(pipeline::kReadBytesMax);
    if (!batch.ok() || !*batch) return "the tunnel holds no event";
    if ((*batch)->events().empty()) continue;
    const tunnel::Meta& meta = (*batch)->events().front().meta;
    return "the oldest kept is " + tunnel::format_id(tunnel.log_id(), meta.seq) + ", received " +
           format_time_us(meta.received_ns);
  }
}

Judgement judge(pipeline::Daemon& daemon, std::uint64_t generation, const std::string& basis,
                const tunnel::StoredEvent* event) {
  Judgement made{.generation = generation,
                 .is_in_force = generation == daemon.generation(),
                 .basis = basis,
                 .problem = {},
                 .decision = {}};
  if (!event) {
    made.problem = "the event is no longer kept";
    return made;
  }
  const auto text = daemon.generation_text(generation);
  if (!text.ok()) {
    made.problem = "the configuration of this generation is no longer kept";
    if (text.error().code != Code::kReject) made.problem = text.error().text;
    return made;
  }
  auto config = pipeline::load_kept(*text);
  if (config.ok())
    made.decision =
        pipeline::decide(*std::move(config), std::string(daemon.tunnel().log_id()), *event);
  else
    made.problem = "the kept configuration cannot be read back: " + config.error().text;
  return made;
}

/// Numbers of generations and why each is shown: those that judged the event, the newest first, and
/// behind them the one that will judge it where it is pending, and the one that was asked for.
/// `then`: that of the event's time.
std::vector<std::pair<std::uint64_t, std::string>> generations_of(const ExitFacts& facts,
                                                                  std::uint64_t in_force,
                                                                  std::optional<std::uint64_t> then,
                                                                  std::uint64_t asked_for) {
  std::set<std::uint64_t> judged;
  bool is_pending = false;
  for (const tunnel::Attempt& attempt : facts.attempts) judged.insert(attempt.generation);
  for (const pipeline::EventFate& fate : facts.fates) {
    if (fate.generation) judged.insert(fate.generation);
    is_pending |= fate.state == pipeline::EventFate::State::kPending;
  }
  std::vector<std::pair<std::uint64_t, std::string>> all;
  const auto add = [&](std::uint64_t number, const char* basis) {
    const bool is_new =
        std::none_of(all.begin(), all.end(), [&](const auto& one) { return one.first == number; });
    if (is_new && (all.size() < kGenerationsShown || number == asked_for))
      all.emplace_back(number, basis);
  };
  if (is_pending) add(in_force, kPendingBasis);
  for (auto number = judged.rbegin(); number != judged.rend(); ++number)
    add(*number, "its attempts name this one");
  if (judged.empty() && then && *then < in_force)
    add(*then, "in force when the event came; no attempt tells which one has judged it");
  else if (judged.empty())
    add(in_force, "in force; no attempt tells which generation has judged this event");
  const auto waiting = std::find_if(all.begin(), all.end(),
                                    [](const auto& one) { return one.second == kPendingBasis; });
  if (waiting != all.end()) std::rotate(waiting, waiting + 1, all.end());
  if (asked_for) add(asked_for, "asked for");
  return all;
}

void note_expired(pipeline::Daemon& daemon, const ExitFacts& facts, Why& why) {
  const WallNs since = daemon.tunnel().attempts().kept_since();
  const bool is_open = std::any_of(why.exits.begin(), why.exits.end(), [](const ExitStory& exit) {
    return exit.state == ExitState::kUnknown;
  });
  if (facts.attempts.empty() && is_open && since > why.received_ns)
    why.notes.push_back("attempts are kept since " + format_time_us(since) +
                        ": older ones, if there were any, are dropped");
  if (why.event_json.empty()) return;
  for (const Judgement& judgement : why.judgements)
    if (!judgement.problem.empty())
      why.notes.push_back("generation " + std::to_string(judgement.generation) + ": " +
                          judgement.problem);
}

/// The event as its dead letter keeps it, for when the tunnel has dropped it.
std::optional<tunnel::StoredEvent> event_of_letter(const ExitFacts& facts,
                                                   event::EventBatch& batch) {
  for (const tunnel::DeadLetter& letter : facts.letters)
    if (!letter.event_json.empty() && event::index_canonical(letter.event_json, batch).ok())
      return tunnel::StoredEvent{
          {.seq = letter.seq, .received_ns = letter.received_ns, .entry = letter.entry}, batch[0]};
  return std::nullopt;
}

}  // namespace

Result<FoundEvent> find_event(pipeline::Daemon& daemon, const std::string& id) {
  tunnel::Tunnel& tunnel = daemon.tunnel();
  const std::string no_event = "no event `" + id + "`";
  const auto seq = tunnel::parse_id(tunnel.log_id(), id);
  if (!seq) {
    const std::size_t dash = id.find('-');
    const bool is_id = dash == 8 && parse_u64(std::string_view(id).substr(dash + 1));
    return reject(no_event + (is_id ? ": it is of another log" : "") + "; ids of this log are " +
                  std::string(tunnel.log_id()) + "-NUMBER");
  }
  TT_TRY(const auto batch, tunnel.scan(*seq)->next(pipeline::kReadBytesMax));
  if (batch)
    for (const tunnel::StoredEvent& event : batch->events())
      if (event.meta.seq == *seq) return FoundEvent{batch, event};
  const tunnel::TunnelStatus status = tunnel.status();
  if (*seq < status.oldest)
    return reject(no_event + ": it is older than the tunnel keeps (`tunnel.keep_for`); " +
                  oldest_text(tunnel));
  if (*seq >= status.visible) return reject(no_event + ": no event has this number yet");
  return reject(no_event + ": this number was left out, or damage on the disk took it");
}

Result<Why> find_why(pipeline::Daemon& daemon, const std::string& id, std::uint64_t generation) {
  tunnel::Tunnel& tunnel = daemon.tunnel();
  const auto found = find_event(daemon, id);
  const auto seq = tunnel::parse_id(tunnel.log_id(), id);
  if (!seq) return found.error();
  Why why{.id = id, .entry = {}, .event_json = {}, .judgements = {}, .exits = {}, .notes = {}};
  ExitFacts facts;
  facts.fates = daemon.fates(*seq);  // First: what it calls decided has its attempts behind it.
  TT_TRY(facts.attempts, tunnel.attempts().find(*seq));
  for (const tunnel::LetterName& name : tunnel.dead_letters().of_event(*seq))
    if (auto letter = tunnel.dead_letters().find(name.exit, name.number); letter.ok())
      facts.letters.push_back(*std::move(letter));
  if (!found.ok()) {
    if (facts.attempts.empty() && facts.letters.empty()) return found.error();
    why.notes.push_back(found.error().text);
  }
  event::EventBatch of_letter;
  const auto event = found.ok() ? std::optional(found->event) : event_of_letter(facts, of_letter);
  if (event) {
    why.received_ns = event->meta.received_ns;
    why.entry = event->meta.entry;
    why.event_json = event->event.json;
  }
  const auto at = daemon.generation_at(why.received_ns);
  const auto then = at.ok() ? std::optional(*at) : std::nullopt;
  for (const auto& [number, basis] : generations_of(facts, daemon.generation(), then, generation))
    why.judgements.push_back(judge(daemon, number, basis, event ? &*event : nullptr));
  why.exits = stories_of(facts, why.judgements);
  note_expired(daemon, facts, why);
  return why;
}

void show_why(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  const std::string_view form = request.param("as");
  if (!form.empty() && form != "text" && form != "json")
    return responder.answer(error_answer(400, "as is json or text"));
  const auto text = request.param("generation");
  const auto generation = parse_u64(text);
  if (!text.empty() && !generation)
    return responder.answer(error_answer(400, "generation is a number"));
  const auto why = find_why(daemon, request.path, generation.value_or(0));
  if (!why.ok()) return responder.answer(error_answer(why.error()));
  if (form != "text") return responder.answer(json_answer(why_json(*why)));
  responder.answer({.content_type = "text/plain; charset=utf-8",
                    .body = why_text(*why),
                    .headers = {{"Cache-Control", "no-store"}}});
}

}  // namespace tt::api
