// Why: one event's whole story: where it went, by which rules, what was sent and what came back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/request.h"
#include "pipeline/decision.h"
#include "tunnel/tunnel.h"

namespace tt::api {

/// How one generation judged the event, computed anew from its kept text.
struct Judgement {
  std::uint64_t generation = 0;
  bool is_in_force = false;
  std::string basis;    ///< Why this generation is shown.
  std::string problem;  ///< Why there is no decision: dropped, unreadable, no event.
  std::optional<pipeline::Decision> decision;
};

/// What kept a rule that names the exit from sending the event there.
struct Obstacle {
  std::string rule;
  std::string text;  ///< "no match: event.severity == "critical" is false".
};

/// What became of the event at one exit.
enum class ExitState : std::uint8_t {
  kUnknown,  ///< Decided, and nothing is on record that tells how.
  kDelivered,
  kFiltered,  ///< No rule sends it there.
  kPending,   ///< The exit has not come so far.
  kInFlight,
  kRetrying,
  kParked,  ///< Failing, and later events were delivered past it.
  kDead,
  kGivenUp,  ///< It was dead, and its letter is gone.
  kBefore,   ///< The exit began after it.
};
std::string_view to_string(ExitState state);  ///< "in flight", "given up", ...

/// One exit's part of the story.
struct ExitStory {
  std::string exit;
  std::string type;  ///< Of the portal; empty: the exit has left the configuration.
  ExitState state = ExitState::kUnknown;
  std::string detail;  ///< A sentence on it.
  std::string advice;  ///< A command that changes it, or empty.
  std::uint64_t generation = 0;
  std::string rule;                 ///< The deciding one; empty: none, or not known.
  std::vector<Obstacle> obstacles;  ///< Of filtered ones.
  std::vector<tunnel::Attempt> attempts;
  std::vector<tunnel::DeadLetter> letters;
};

struct Why {
  std::string id;
  WallNs received_ns = 0;
  std::string entry;
  std::string event_json;  ///< Empty: no longer kept anywhere.
  std::vector<Judgement> judgements;
  std::vector<ExitStory> exits;
  std::vector<std::string> notes;  ///< What has expired and cannot be told any more.
};

/// `generation`: one more to judge by, beside those that did; 0: none. kReject for another form,
/// for another log, and for an event of which nothing is left. Reads the disk; recomputes
/// decisions.
Result<Why> find_why(pipeline::Daemon& daemon, const std::string& id, std::uint64_t generation);
std::string why_json(const Why& why);
std::string why_text(const Why& why);

/// The stored event; `batch` keeps its memory. kReject with the reason when there is none: of
/// another log, expired, not yet there.
struct FoundEvent {
  tunnel::SharedStored batch;
  tunnel::StoredEvent event;
};
Result<FoundEvent> find_event(pipeline::Daemon& daemon, const std::string& id);

/// GET /api/v1/events/{id}/why
void show_why(pipeline::Daemon& daemon, const Request& request, net::Responder responder);

}  // namespace tt::api
