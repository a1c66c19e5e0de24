// What is told of a program or source that ended.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_worker.h"

namespace tt::pipeline {

WorkerState EntryWorker::state(SteadyNs now_ns) const {
  const std::lock_guard lock(state_mutex_);
  WorkerState now = state_;
  if (runs_well(now_ns)) now.problem.clear();
  return now;
}

void EntryWorker::note_start(SteadyNs now_ns) {
  const std::lock_guard lock(state_mutex_);
  started_ns_ = now_ns;
  state_.state = "running";
}

void EntryWorker::note_end(std::string_view what, const std::string& why, SteadyNs now_ns) {
  const std::lock_guard lock(state_mutex_);
  failures_ = runs_well(now_ns) ? 1 : failures_ + 1;
  state_.state = "ended";
  ++state_.ends;
  state_.last_error = why;
  state_.problem = "its " + std::string(what) + " ended";
  if (failures_ > 1) state_.problem += ' ' + std::to_string(failures_) + " times, last";
  state_.problem += ": " + why;
}

}  // namespace tt::pipeline
