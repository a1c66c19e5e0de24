// What happens when the disk can no longer be trusted with an acknowledgement.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include "base/log.h"
#include "tunnel/disk_tunnel.h"

namespace tt::tunnel {

constexpr int kExitIoError = 74;  ///< EX_IOERR of sysexits.h.

/// The embedder's hook, or the end of the process: a restart reads what the disk really has.
inline void end_by_fatal(const DiskTunnelOptions& options, const Error& error) {
  if (options.on_fatal) {
    options.on_fatal(error);
    return;
  }
  log::stop();
  ::_exit(kExitIoError);
}

}  // namespace tt::tunnel
