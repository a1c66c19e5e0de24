// Looking at a program, its script and their folders with the eyes of whoever may change them.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/text.h"

namespace tt::net {
namespace {

using Kind = CommandFault::Kind;

std::string mode_of(const struct stat& facts) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(facts.st_mode & 07777));
  return text;
}

/// Whether others could put something else there. A group of our own is nobody else.
std::optional<CommandFault> change_fault(const std::string& path, const std::string& shown,
                                         const struct stat& facts) {
  const std::string facts_text = " (mode " + mode_of(facts) + ", owner " +
                                 std::to_string(facts.st_uid) + ", group " +
                                 std::to_string(facts.st_gid) + "): ";
  const std::string mend = "chmod go-w " + path;
  const bool is_sticky = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
  if (!is_sticky && (facts.st_mode & S_IWOTH) != 0)
    return CommandFault{Kind::kUnsafe, 0, shown + " can be changed by others" + facts_text + mend};
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid())
    return CommandFault{Kind::kForeign, 0,
                        shown + " can be changed by others" + facts_text +
                            "it must belong to root or to the user of the daemon: chown root " +
                            path};
  const bool is_foreign_group = facts.st_gid != 0 && facts.st_gid != ::getegid();
  if (!is_sticky && is_foreign_group && (facts.st_mode & S_IWGRP) != 0)
    return CommandFault{Kind::kForeign, 0, shown + " can be changed by others" + facts_text + mend};
  return std::nullopt;
}

std::string folder_around(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(1, path.rfind('/')));
}

std::optional<CommandFault> owner_fault(const std::string& path) {
  struct stat facts;
  if (::stat(path.c_str(), &facts) != 0)
    return CommandFault{Kind::kMissing, 0, path + ": " + std::strerror(errno)};
  if (auto fault = change_fault(path, path, facts)) return fault;
  const std::string folder = folder_around(path);
  if (::stat(folder.c_str(), &facts) != 0) return std::nullopt;
  return change_fault(folder, "the folder " + folder + " of " + path, facts);
}

std::optional<CommandFault> program_fault(const std::vector<std::string>& argv) {
  if (argv.empty() || !argv[0].starts_with('/'))
    return CommandFault{Kind::kWrong, 0, "a program is named by its absolute path"};
  const std::string& path = argv[0];
  struct stat facts;
  if (::stat(path.c_str(), &facts) != 0) {
    const std::string reason = path + ": " + std::strerror(errno);
    if (argv.size() > 1 || path.find(' ') == std::string::npos)
      return CommandFault{Kind::kMissing, 0, reason};
    std::vector<std::string> words;
    for (const std::string_view word : split(path, ' '))
      if (!word.empty()) words.emplace_back(word);
    return CommandFault{Kind::kWrong, 0,
                        reason + "; did you mean a list: [" + join(words, ", ") + "]"};
  }
  if (S_ISDIR(facts.st_mode))
    return CommandFault{Kind::kWrong, 0, path + " is a folder, and no program"};
  const std::string mend =
      path + " cannot be executed (mode " + mode_of(facts) + "): chmod +x " + path;
  if (!S_ISREG(facts.st_mode) || (facts.st_mode & 0111) == 0)
    return CommandFault{Kind::kWrong, 0, mend};
  if (::access(path.c_str(), X_OK) != 0) return CommandFault{Kind::kForeign, 0, mend};
  return std::nullopt;
}

bool is_script_name(std::string_view name) {
  constexpr std::array<std::string_view, 9> kEndings{".py", ".js", ".mjs", ".cjs", ".sh",
                                                     ".rb", ".pl", ".php", ".lua"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Where `argument` of a command is, if it names a file.
std::string path_of(const std::string& argument, const std::string& folder) {
  if (argument.starts_with('/')) return argument;
  return (folder == "/" ? folder : folder + "/") + argument;
}

std::string folder_of(const ChildCommand& command) {
  return command.folder.empty() ? "/" : command.folder;
}

}  // namespace

std::optional<CommandFault> fault_of(const ChildCommand& command) {
  struct stat facts;
  const std::string folder = folder_of(command);
  if (::stat(folder.c_str(), &facts) != 0)
    return CommandFault{Kind::kMissing, CommandFault::kFolder,
                        "the folder in which it runs, " + folder + ": " + std::strerror(errno)};
  if (!S_ISDIR(facts.st_mode))
    return CommandFault{Kind::kWrong, CommandFault::kFolder,
                        "it cannot run in " + folder + ", which is no folder"};
  if (auto fault = program_fault(command.argv)) return fault;
  std::optional<CommandFault> foreign, doubt;
  for (std::size_t i = 0; i < command.argv.size(); ++i) {
    const std::string& argument = command.argv[i];
    if (argument.empty() || argument.starts_with('-')) continue;
    const bool is_absolute = argument.starts_with('/');
    const std::string path = path_of(argument, folder);
    if (::stat(path.c_str(), &facts) != 0) {
      if (is_script_name(argument) && !doubt)
        doubt = {Kind::kDoubtful, i,
                 path + ": " + std::strerror(errno) +
                     (is_absolute ? ""
                                  : "; `" + argument + "` is looked for in " + folder +
                                        ": name it by its absolute path, or set `folder`")};
      continue;
    }
    if (!S_ISREG(facts.st_mode)) continue;
    auto fault = owner_fault(path);
    if (!fault) continue;
    fault->argument = i;
    if (fault->kind == Kind::kUnsafe) return fault;
    if (!foreign) foreign = std::move(fault);
  }
  return foreign ? foreign : doubt;
}

std::string stamp_of(const ChildCommand& command) {
  std::string stamp;
  for (const std::string& argument : command.argv) {
    const bool is_program = &argument == &command.argv.front();
    if (!is_program && (argument.starts_with('-') || !is_script_name(argument))) continue;
    struct stat facts;
    if (::stat(path_of(argument, folder_of(command)).c_str(), &facts) != 0) continue;
    // Of the mode, too: who has corrected it wants the program to be started.
    for (const std::int64_t number :
         {static_cast<std::int64_t>(facts.st_ino), static_cast<std::int64_t>(facts.st_size),
          static_cast<std::int64_t>(facts.st_mode), static_cast<std::int64_t>(facts.st_ctim.tv_sec),
          static_cast<std::int64_t>(facts.st_ctim.tv_nsec)})
      stamp += std::to_string(number) + " ";
  }
  return stamp;
}

Status check_command(const ChildCommand& command) {
  const auto fault = fault_of(command);
  if (!fault || fault->kind == Kind::kDoubtful) return {};
  return misconfigured(fault->text);
}

Status check_owner(const std::string& path) {
  if (const auto fault = owner_fault(path)) return misconfigured(fault->text);
  return {};
}

}  // namespace tt::net
