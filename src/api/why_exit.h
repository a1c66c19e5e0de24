// What became of an event at each exit, concluded from cursors, attempts and dead letters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/why.h"
#include "pipeline/daemon.h"

namespace tt::api {

/// All that is on record of one event.
struct ExitFacts {
  std::vector<pipeline::EventFate> fates;  ///< Of the exits of the configuration in force.
  std::vector<tunnel::Attempt> attempts;
  std::vector<tunnel::DeadLetter> letters;
};

/// What came back, as the other side says it: "HTTP 503", "SMTP 250", "written" of a file; empty
/// for status 0. `type`: of the exit portal, where it is known.
std::string status_text(std::string_view type, int status);

/// A story for each exit that is configured or has left a trace of the event; the configured ones
/// first, in their order.
std::vector<ExitStory> stories_of(const ExitFacts& facts, const std::vector<Judgement>& judgements);

}  // namespace tt::api
