// The table; tests/pipeline/self_events_test.cc holds every event against it.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/self_kinds.h"

namespace tt::pipeline {

std::optional<std::uint32_t> subject_of(const tunnel::StoredEvent& event,
                                        const rules::Ruleset& ruleset) {
  if (event.meta.entry != kSelfEntry) return std::nullopt;
  return ruleset.find_exit(event.event.text(kSelfExitField));
}

std::span<const portals::ProducedKind> self_kinds() {
  static constexpr portals::ProducedKind kKinds[] = {
      {"urn:time-tunnel:exit:*",
       "an exit is down: it refused the credentials or the address, or failed ten times in a row; "
       "it is up: it answers again, or has left the configuration",
       "notice error", "source service exit reason down_seconds alert_key alert_state", "down up"},
      {"urn:time-tunnel:dead-letter", "an exit gave up on events: they are dead letters now",
       "error", "source service exit reason count left"},
      {"urn:time-tunnel:gap",
       "events between `first` and `next` never reach an exit: it was too far behind, or damage on "
       "disk took them",
       "error", "source service exit reason first next count"},
      {"urn:time-tunnel:lag",
       "an exit has used that much of its `max_lag`: from 70 % a warning, from 90 % an error; "
       "below 60 % again: resolved",
       "notice warning error", "source service exit percent alert_key alert_state"},
      {"urn:time-tunnel:disk:*",
       "space of the data folder: it becomes scarce, intake is refused until there is more, and "
       "there is enough again",
       "notice warning critical", "source service free_bytes alert_key alert_state", "low full ok"},
      {"urn:time-tunnel:reload:*",
       "a changed configuration was refused, the old one stays in force; the next one was taken",
       "notice error", "source service reason generation alert_key alert_state", "failed ok"},
      {"urn:time-tunnel:damage", "stored bytes are not what was written; events may be lost",
       "critical", "source service reason count"},
      {"urn:time-tunnel:started",
       "the daemon has started; after a stop that was not clean it is a warning", "notice warning",
       "source service version generation previous_stop"},
      {"urn:time-tunnel:audit:*", "an operator changed something", "notice",
       "source service action target", "replay retry edit drop pause resume forget"},
  };
  return kKinds;
}

}  // namespace tt::pipeline
