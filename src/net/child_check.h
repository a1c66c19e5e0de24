// What stands against starting a program: it is not there, or others could change it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/child_command.h"

namespace tt::net {

struct CommandFault {
  enum class Kind : std::uint8_t {
    kWrong,    ///< It cannot be meant so.
    kMissing,  ///< A program or folder that may come later, or that this user must not see.
    kUnsafe,   ///< Everybody may change a file.
    kForeign,  ///< Fit for another user than the one who asks.
    kDoubtful  ///< The program can be started, but will hardly find its script.
  } kind;
  static constexpr std::size_t kFolder = static_cast<std::size_t>(-1);
  std::size_t argument = 0;  ///< Of `argv`; or kFolder.
  std::string text;          ///< Names the file or folder at fault, and what to type.
};

/// The weightiest fault, or none. Files that arguments name (the script of an interpreter) and
/// their folders are looked at like the program. Blocks on the disk.
std::optional<CommandFault> fault_of(const ChildCommand& command);

/// Another text when the program or a script of the command is another file or has changed. Blocks
/// on the disk.
std::string stamp_of(const ChildCommand& command);

/// kMisconfigured when the command cannot be started as it stands; doubts are none.
Status check_command(const ChildCommand& command);

/// kMisconfigured when there is no such file, or when somebody else may change it or its folder.
Status check_owner(const std::string& path);

}  // namespace tt::net
