// Rotation: which files have to wait for others that had their name before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "net/tracked_file.h"

namespace tt::net {

/// What it was given lives until the next clear().
class Rotation {
 public:
  void clear() { rotated_.clear(); }
  /// Takes note of it if it was rotated.
  void see(TrackedFile& one, SteadyNs now_ns);
  /// Lines of a file that was rotated come before those of the ones that had its name after it:
  /// the one to be read first, or null. Looks at those that are open.
  const TrackedFile* find_ahead(const TrackedFile& one) const;

 private:
  std::vector<TrackedFile*> rotated_;
};

}  // namespace tt::net
