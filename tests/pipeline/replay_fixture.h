// ReplayTest: a daemon whose exit `hook` gets the past again, for the tests of replays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/daemon_fixture.h"
#include "pipeline/replay.h"

namespace tt::pipeline::testing {

/// A daemon with one exit, `hook`, that gets events and then a replay of them.
class ReplayTest : public DaemonTest {
 protected:
  void start_hook(const std::string& options = "", const std::string& rule = "{to: hook}") {
    start("exits:\n" + webhook("hook", target_, options) + "rules:\n  - " + rule + "\n");
  }
  /// Returns when all have been delivered.
  void say_all(std::initializer_list<const char*> messages) {
    for (const char* message : messages) say(message);
    ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
    before_ = target_.count();
  }
  ReplayRequest everything(double per_sec = kReplayPerSec) {
    ReplayRequest request;
    request.range.exit = "hook";
    request.per_sec = per_sec;
    return request;
  }
  void begin(const ReplayRequest& request) {
    const auto begun = daemon_->replays().begin(request);
    require(begun.ok(), begun.ok() ? "" : begun.error().text);
  }
  std::string refusal(const ReplayRequest& request) {
    const auto begun = daemon_->replays().begin(request);
    return begun.ok() ? "it has begun" : begun.error().text;
  }
  ReplayStatus status() {
    auto status = daemon_->replays().status("hook");
    require(status.ok(), status.ok() ? "" : status.error().text);
    return *std::move(status);
  }
  bool is(ReplayState::Phase phase) { return status().state.phase == phase; }
  /// The messages that came since say_all().
  std::vector<std::string> again() {
    std::vector<std::string> messages = target_.messages();
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(before_));
    return messages;
  }
  Target target_;
  std::size_t before_ = 0;
};

}  // namespace tt::pipeline::testing
