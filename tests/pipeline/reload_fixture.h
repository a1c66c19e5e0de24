// ReloadTest: a daemon with two receivers, whose configuration is about to change.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline::testing {

class ReloadTest : public DaemonTest {
 protected:
  bool is_settled(std::string_view name) { return exit(name).behind == 0; }
  /// Exits with their lines below `exits:`, and one rule that sends everything to each of `to`.
  static std::string config(const std::string& exits, const std::string& to) {
    return "exits:\n" + exits + "rules:\n  - {to: [" + to + "]}\n";
  }
  Target target_, other_;
};

}  // namespace tt::pipeline::testing
