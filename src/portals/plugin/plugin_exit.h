// Exits of plugins as exits like any other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "portals/kit/exit.h"
#include "portals/plugin/portal_type.h"

namespace tt::portals::plugin {

/// `type` outlives the descriptor.
ExitDescriptor exit_descriptor(const PortalType& type);

}  // namespace tt::portals::plugin
