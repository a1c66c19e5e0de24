// Starting a program of the operator's, with pipes for its standard streams.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/child_command.h"

namespace tt::net {

/// Whoever gets it closes the descriptors, and waits for the process.
struct StartedChild {
  int pid;
  int input, output, log;  ///< Our ends, which do not block.
  int process;             ///< Can be read from once it has ended (pidfd_open(2)).
};

/// In a session of its own, without descriptors of ours; it gets SIGKILL when we die.
/// kMisconfigured: this program cannot be started. kRetry: none can for now.
Result<StartedChild> start_child(const ChildCommand& command);

}  // namespace tt::net
