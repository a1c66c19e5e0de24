// The catalogue of built-in portals, generated from the folders under src/portals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "portals/kit/entry.h"
#include "portals/kit/exit.h"

namespace tt::portals {

/// Alphabetical by name; lives as long as the process.
const std::vector<const EntryDescriptor*>& entry_catalog();
const std::vector<const ExitDescriptor*>& exit_catalog();

// Inline: the lists are made by the build in a library that stands above this one.

/// Null when there is none.
inline const EntryDescriptor* find_entry(std::string_view name) {
  for (const EntryDescriptor* one : entry_catalog())
    if (one->name == name) return one;
  return nullptr;
}
inline const ExitDescriptor* find_exit(std::string_view name) {
  for (const ExitDescriptor* one : exit_catalog())
    if (one->name == name) return one;
  return nullptr;
}

}  // namespace tt::portals
