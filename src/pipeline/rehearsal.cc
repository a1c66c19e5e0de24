// The steps of the data path for one event at a time.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/rehearsal.h"

#include <vector>

#include "pipeline/self_kinds.h"

namespace tt::pipeline {

Rehearsal::Rehearsal(std::shared_ptr<const Settings> settings, std::string log_id)
    : settings_(std::move(settings)),
      log_id_(std::move(log_id)),
      router_(settings_->ruleset),
      encoder_(log_id_) {}

std::string Rehearsal::id_of(const tunnel::StoredEvent& event) const {
  return tunnel::format_id(log_id_, event.meta.seq);
}

rules::Explanation Rehearsal::explain(const tunnel::StoredEvent& event) const {
  const std::string id = id_of(event);
  std::vector<const rules::Rewrite*> exit_rewrites;
  for (const ExitSettings& exit : settings_->exits) exit_rewrites.push_back(exit.rewrite.get());
  auto explanation =
      rules::explain(settings_->ruleset, event.event,
                     {id, event.meta.seq, event.meta.received_ns, event.meta.entry}, exit_rewrites);
  if (const auto exit = subject_of(event, *settings_->ruleset))
    rules::withhold(explanation, *exit, std::string(kWithheldReason));
  return explanation;
}

Result<portals::ExitRequest> Rehearsal::request(std::size_t exit,
                                                const tunnel::StoredEvent& event) {
  const tunnel::StoredEvent* const only = &event;
  return encoder_.encode(router_, settings_->exits[exit], exit, {&only, 1});
}

}  // namespace tt::pipeline
