// EntryStatus: what operators are told of an entry.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/file_tail.h"
#include "pipeline/entry_worker.h"

namespace tt::pipeline {

struct EntryStatus {
  std::string name, type, path;
  std::vector<std::string> listen;
  /// Of an entry that reads files.
  std::vector<std::string> patterns;
  std::optional<net::FileTail::State> files;
  /// Of an entry with a program or source behind it.
  std::optional<WorkerState> worker;
  std::string problem;  ///< What keeps it from bringing events; empty: nothing that is known.
  std::uint64_t requests = 0, accepted = 0, rejected = 0, refused = 0, unauthorised = 0,
                repeats = 0;
};

}  // namespace tt::pipeline
