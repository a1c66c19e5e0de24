// Library: a plugin's file, checked and loaded once for the life of the process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "portals/kit/entry.h"
#include "portals/kit/exit.h"
#include "portals/plugin/portal_type.h"

namespace tt::portals::plugin {

struct Library {
  std::string path, sha256, name, version;
  unsigned minor = 0;
  std::vector<std::unique_ptr<const PortalType>> portals;
  // One a portal, in the order of the plugin.
  std::vector<std::unique_ptr<const EntryDescriptor>> entries;
  std::vector<std::unique_ptr<const ExitDescriptor>> exits;
};

/// Hash of a file that only root or the daemon's user can change; kMisconfigured otherwise.
Result<std::string> hash_of_plugin(const std::string& path);

/// Checks owner, hash (`sha256`, 64 hex digits), symbol, version and tables, and runs no code of a
/// file that fails the first two. What was hashed is what is mapped: both by one descriptor. Never
/// unloaded; loaded again under the same hash it is the same. Thread safe. Errors say what to do.
Result<const Library*> load_library(const std::string& path, std::string_view sha256);

/// All that this process has loaded, in order.
std::vector<const Library*> loaded_libraries();

}  // namespace tt::portals::plugin
