// FORMAT and the headers of segments: each of them says whose the log is.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/identity.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "tunnel/segment.h"

namespace tt::tunnel {
namespace {

// Folders with segments: of the log, of attempts, of every exit's dead letters.
std::vector<std::string> segment_folders(Disk& disk, const std::string& directory) {
  std::vector<std::string> folders{directory + "/tunnel", directory + "/attempts"};
  const std::string dead = directory + "/dead";
  if (const auto exits = disk.list(dead); exits.ok()) {
    for (const DirectoryEntry& exit : *exits) {
      if (exit.is_directory) folders.push_back(dead + "/" + exit.name);
    }
  }
  return folders;
}

std::optional<LogIdentity> identity_of_segments(Disk& disk, const std::string& folder,
                                                const std::vector<std::uint64_t>& bases) {
  std::optional<LogIdentity> found;
  for (const std::uint64_t base : bases) {
    const auto header = read_segment_header(disk, folder + "/" + segment_name(base));
    if (header.ok()) found = header->identity;
  }
  return found;
}

}  // namespace

Status refuse_newer_format(Disk& disk, const std::string& directory) {
  if (!disk.exists(directory)) return {};
  if (auto format = read_format(disk, directory);
      !format.ok() && format.error().code == Code::kMisconfigured) {
    return std::move(format).error().with(directory);
  }
  for (const std::string& folder : segment_folders(disk, directory)) {
    const auto bases = list_segments(disk, folder);
    if (!bases.ok()) continue;
    for (const std::uint64_t base : *bases) {
      const std::string path = folder + "/" + segment_name(base);
      auto header = read_segment_header(disk, path);
      if (!header.ok() && header.error().code == Code::kMisconfigured) {
        return std::move(header).error().with(path);
      }
    }
  }
  return {};
}

Result<FoundIdentity> recover_identity(Disk& disk, Clock& clock, Random& random,
                                       const std::string& directory) {
  auto identity = read_format(disk, directory);
  if (identity.ok()) return FoundIdentity{*identity};
  if (identity.error().code != Code::kCorrupt) return std::move(identity).error();
  const std::string folder = directory + "/tunnel";
  std::vector<std::uint64_t> bases;
  if (disk.exists(folder)) {
    TT_TRY(bases, list_segments(disk, folder));
  }
  std::optional<LogIdentity> found = identity_of_segments(disk, folder, bases);
  if (!bases.empty()) {
    log::warning(found ? "FORMAT was damaged or missing and was made again from a segment"
                       : "FORMAT and all segment headers are damaged: a new log begins",
                 {{"directory", directory}});
  }
  const bool is_new = !found;
  if (is_new) found = LogIdentity::make(random, clock.wall_ns());
  const Status written = write_format(disk, directory, *found);
  if (!written.ok() && (is_new || written.error().code != Code::kRetry)) return written.error();
  return FoundIdentity{*found, is_new};
}

}  // namespace tt::tunnel
