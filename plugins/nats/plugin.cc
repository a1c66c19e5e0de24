// The exported symbol of time-tunnel-nats.so.
// SPDX-License-Identifier: Apache-2.0
#include "nats/portals.h"

TT_PLUGIN("nats", TT_VERSION, tt::broker::nats::exit_portal(), tt::broker::nats::entry_portal())
