// The exported symbol of time-tunnel-redis.so.
// SPDX-License-Identifier: Apache-2.0
#include "redis/portals.h"

TT_PLUGIN("redis", TT_VERSION, tt::broker::redis::exit_portal(), tt::broker::redis::entry_portal())
