// decode: one request of an entry to canonical events, as they will be stored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "pipeline/settings.h"
#include "portals/kit/entry.h"

namespace tt::pipeline {

/// The portal's decode, then the entry's `set` and `unset`. Thread safe. An event that `set` would
/// ruin is kept as it came, which is logged.
std::optional<portals::EntryRefusal> decode(const EntrySettings& entry,
                                            const portals::EntryRequest& request,
                                            portals::EntryEvents& out);

}  // namespace tt::pipeline
