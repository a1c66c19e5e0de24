// Entries of plugins as entries like any other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "portals/kit/entry.h"
#include "portals/plugin/portal_type.h"

namespace tt::portals::plugin {

/// `type` outlives the descriptor.
EntryDescriptor entry_descriptor(const PortalType& type);

}  // namespace tt::portals::plugin
