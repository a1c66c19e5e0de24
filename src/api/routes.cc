// The table of routes.
// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include "api/replay.h"
#include "api/search.h"
#include "api/status.h"
#include "api/tail.h"

namespace tt::api {

std::vector<Route> routes(std::shared_ptr<Tail> tail) {
  const Handler stream = [tail](pipeline::Daemon&, const Request& request,
                                net::Responder responder) {
    tail->open(request, std::move(responder));
  };
  return {
      {"POST", "/api/v1/events", "Store events: one object, an array, or NDJSON", "", nullptr},
      {"GET", "/api/v1/events", "Search stored events",
       "where kind exit rule since until limit order next", search},
      {"GET", "/api/v1/events/stream", "New events as they are stored, as server-sent events",
       "where kind exit rule since", stream},
      {"GET", "/api/v1/events/{id}", "One event, or a rule test of it", "as", show_event},
      {"GET", "/api/v1/events/{id}/why",
       "Why it went where it went: rules, exits, requests, attempts", "generation as", show_event},
      {"GET", "/api/v1/status", "The tunnel, all entries and all exits", "", show_status},
      {"GET", "/api/v1/entries", "Entries with their counters", "", list_entries},
      {"GET", "/api/v1/entries/{name}", "One entry", "", list_entries},
      {"GET", "/api/v1/exits", "Exits: state, cursor, lag, last problem", "", list_exits},
      {"GET", "/api/v1/exits/{name}", "One exit", "", list_exits},
      {"POST", "/api/v1/exits/{name}/test",
       "Send a made-up event through this exit only; members of the body are set in it", "",
       change_exit},
      {"POST", "/api/v1/exits/{name}/pause", "Stop delivering; events wait in the tunnel", "",
       change_exit},
      {"POST", "/api/v1/exits/{name}/resume", "Go on delivering", "", change_exit},
      {"POST", "/api/v1/exits/{name}/forget", "Remove the cursor of an exit no longer configured",
       "", change_exit},
      {"POST", "/api/v1/exits/{name}/replay",
       "Send events of the past again, beside live delivery; `dry_run` only tells which", "",
       change_exit, kReplayMembers},
      {"GET", "/api/v1/exits/{name}/replay", "The replay that runs, else the newest: its counts",
       "", list_exits},
      {"DELETE", "/api/v1/exits/{name}/replay", "Cancel the replay that runs", "", cancel_replay},
      {"GET", "/api/v1/rules", "The rules in force", "", list_rules},
      {"GET", "/api/v1/config/status", "Generation in force, and the last refused reload", "",
       show_config},
      {"GET", "/api/v1/config/text", "The configuration in force, secrets masked", "",
       show_config_text},
      {"POST", "/api/v1/reload", "Read the configuration again", "", reload},
      {"GET", "/api/v1/dead", "Exits that have dead letters", "", list_dead},
      {"GET", "/api/v1/dead/{exit}", "Dead letters of an exit; `as` for an export",
       "reason since after limit as", list_dead},
      {"GET", "/api/v1/dead/{exit}/{number}", "One dead letter with request and answer", "",
       list_dead},
      {"POST", "/api/v1/dead/{exit}/retry",
       "Send letters of an exit again, oldest first; `next` of the answer goes on", "", change_dead,
       "reason since after limit"},
      {"POST", "/api/v1/dead/{exit}/drop", "Give letters of an exit up", "", change_dead,
       "reason since after limit"},
      {"POST", "/api/v1/dead/{exit}/{number}/retry", "Send one dead letter again", "", change_dead},
      {"POST", "/api/v1/dead/{exit}/{number}/edit",
       "Send the event of the body instead of the letter's, under the same id", "", change_dead},
      {"POST", "/api/v1/dead/{exit}/{number}/set",
       "Likewise the letter's event with the members of the body set", "", change_dead},
      {"POST", "/api/v1/dead/{exit}/{number}/drop", "Give one dead letter up", "", change_dead},
      {"GET", "/healthz", "200 while the process answers", "", nullptr},
      {"GET", "/readyz",
       "200 while events are accepted, with a line `degraded: ...` for each thing to look at; 503 "
       "also while an entry's secret has no text; a dead exit does not count",
       "", nullptr},
      {"GET", "/metrics", "Metrics in the text format of Prometheus", "", nullptr},
      {"GET", "/openapi.json", "This description", "", nullptr},
  };
}

}  // namespace tt::api
