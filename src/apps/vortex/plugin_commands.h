// The subcommands of `vortex plugin`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "portals/plugin/plugins.h"

namespace tt::vortex {

struct NewPlugin {
  std::string name, language, folder;
  bool is_entry = false;
};
/// Writes a scaffold; refuses to write over anything.
int new_plugin(const NewPlugin& wanted);

/// Loads a shared object (or asks a program for its description) and says what is wrong with it.
/// `delivers`: deliver() is called, with made-up events.
int check_plugin(const std::string& file, bool delivers);
/// Of a program that speaks the exec protocol: what it says of itself.
int check_program(const std::string& file);

}  // namespace tt::vortex
