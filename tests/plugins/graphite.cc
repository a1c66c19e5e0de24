// The built-in graphite exit as a plugin: its file as it is, and one line.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/graphite/graphite.cc"

TT_PLUGIN("graphite", "1.0.0", tt::portals::exit::graphite::descriptor())
