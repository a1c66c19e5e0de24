// Whose data directory this is: read before anything is written, found again when FORMAT is lost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/random.h"
#include "base/result.h"
#include "tunnel/format_file.h"

namespace tt::tunnel {

/// kMisconfigured, naming the file and both versions, when a newer release has written anything in
/// the directory; fine for damage and for a directory that is not there. Reads only: who is refused
/// has touched nothing.
Status refuse_newer_format(Disk& disk, const std::string& directory);

struct FoundIdentity {
  LogIdentity identity;
  bool is_new = false;  ///< Made now: no seq of this log was ever used.
};

/// FORMAT, or what segments remember of it, or a new identity. Writes FORMAT when it had to; of an
/// identity that was found again a full disk may put that off.
Result<FoundIdentity> recover_identity(Disk& disk, Clock& clock, Random& random,
                                       const std::string& directory);

}  // namespace tt::tunnel
