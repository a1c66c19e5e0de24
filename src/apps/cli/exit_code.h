// Exit codes of vortex and tictoc: the one table, shown by --help and docs/guide/operating.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace tt::cli {

/// 64 and above mean what sysexits.h means by them; a unit decides by them what to start again.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,          ///< The input is wrong, a check found something, or the daemon refused.
  kUsage = 2,           ///< The command line was wrong.
  kUnavailable = 69,    ///< Try again later: no answer, address taken, folder in use, disk full.
  kDiskFailed = 74,     ///< The disk refused; what was acknowledged is safe.
  kMisconfigured = 78,  ///< A person must act first: data of a newer release, no permission.
};

/// The table as --help ends with it.
inline constexpr char kExitCodesHelp[] =
    "Exit codes: 0 fine, 1 wrong input or refused, 2 wrong command line, 69 try again later (no\n"
    "answer, address taken, folder in use, disk full), 74 the disk failed, 78 a person must act\n"
    "first (data of a newer release, no permission).";

/// What a program says to its caller when it ends with this error.
constexpr int exit_code_of(const Error& error) {
  if (error.code == Code::kMisconfigured) return kMisconfigured;
  return error.code == Code::kStopped || error.code == Code::kRetry ? kUnavailable : kFailed;
}

/// The same of work on a log whose arguments are known to be right: what nobody can mend by
/// waiting or by configuring is the disk's doing.
constexpr int exit_code_of_disk(const Error& error) {
  const int code = exit_code_of(error);
  return code == kFailed ? kDiskFailed : code;
}

}  // namespace tt::cli
