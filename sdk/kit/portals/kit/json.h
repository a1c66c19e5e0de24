// For portals of the tree that are compiled as plugins: JsonWriter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin/json.hpp"
