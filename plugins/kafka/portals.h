// The two portals of this plugin.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin.hpp"

namespace tt::broker::kafka {

portals::ExitDescriptor exit_portal();
portals::EntryDescriptor entry_portal();

}  // namespace tt::broker::kafka
