// send --spool: to the server, or into a folder here while it is away; and what is in that folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "apps/tictoc/client.h"
#include "base/result.h"

namespace tt::tictoc {

struct SpoolArguments {
  std::string folder;           ///< Empty: not asked for. "true": the default one.
  std::string size = "256MiB";  ///< At most so much on disk.
  bool is_wanted() const { return !folder.empty(); }
};

/// `--spool[=DIR]`, `--spool-max`.
void add_spool_options(CLI::App& command, SpoolArguments& arguments);

/// Sends what waits, then `body` (NDJSON of `file`, or one JSON object without one), or keeps it;
/// gives the exit code.
int send_or_spool(const SpoolArguments& arguments, const Common& common, std::string_view body,
                  std::string_view file);

/// `tictoc spool ls` and `flush`.
void add_spool(CLI::App& app, Common& common, int& exit_code);

}  // namespace tt::tictoc
