// For portals of the tree that are compiled as plugins: the tools of this name that the SDK has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin/text.hpp"
