// For portals of the tree that are compiled as plugins: the part of the kit that the SDK has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin.hpp"
