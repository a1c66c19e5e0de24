// The exported symbol of time-tunnel-kafka.so.
// SPDX-License-Identifier: Apache-2.0
#include "kafka/portals.h"

TT_PLUGIN("kafka", TT_VERSION, tt::broker::kafka::exit_portal(), tt::broker::kafka::entry_portal())
