// The types that `vortex encode` and `decode` know: built-in ones, and those of plugins.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "portals/kit/entry.h"
#include "portals/kit/exit.h"

namespace tt::vortex {

/// Null, and told on stderr, when nothing is called `type` or it has no function to try. The
/// plugins that `configs` list are loaded, and live as long as the process; empty: none is.
const portals::EntryDescriptor* entry_that_decodes(const std::string& type,
                                                   const std::vector<std::string>& configs);
const portals::ExitDescriptor* exit_that_encodes(const std::string& type,
                                                 const std::vector<std::string>& configs);

}  // namespace tt::vortex
