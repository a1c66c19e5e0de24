// The two portals of this plugin.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redis/commands.h"
#include "tt_plugin.hpp"

namespace tt::broker::redis {

portals::ExitDescriptor exit_portal();
portals::EntryDescriptor entry_portal();

}  // namespace tt::broker::redis
