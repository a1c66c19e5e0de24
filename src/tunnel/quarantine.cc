// Copying refused bytes aside.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/quarantine.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"

namespace tt::tunnel {
namespace {

constexpr std::uint64_t kCopyBytesMax = 16u << 20;
constexpr std::size_t kFilesMax = 2 * 256;

}  // namespace

bool Quarantine::make_folder() {
  const std::string folder = directory_ + "/quarantine";
  if (!disk_.create_directories(folder).ok()) return false;
  const auto entries = disk_.list(folder);
  return entries.ok() && entries->size() < kFilesMax;
}

void Quarantine::copy(File& file, std::string_view name, std::uint64_t begin, std::uint64_t end,
                      std::string_view why) {
  if (end <= begin || !make_folder()) return;
  const std::string path = fmt::format("{}/quarantine/{}-{}", directory_, name, begin);
  std::string bytes(std::min(end - begin, kCopyBytesMax), '\0');
  const auto got = file.pread(bytes, begin);
  if (!got.ok()) return;  // What cannot be read cannot be kept.
  bytes.resize(*got);
  const std::string about =
      fmt::format("{{\"file\":\"{}\",\"begin\":{},\"end\":{},\"why\":\"{}\",\"found_ns\":{}}}\n",
                  name, begin, end, why, clock_.wall_ns());
  Status kept = write_file(disk_, path + ".bin", bytes);
  if (kept.ok()) kept = write_file(disk_, path + ".json", about);
  if (!kept.ok()) log::warning("cannot keep damaged bytes", {{"error", kept.error().text}});
}

void Quarantine::move(const std::string& folder, const std::string& name) {
  if (!make_folder()) return;
  const Status moved = disk_.rename(folder + "/" + name, directory_ + "/quarantine/" + name);
  if (!moved.ok()) log::warning("cannot set a file aside", {{"error", moved.error().text}});
  (void)disk_.sync_directory(folder);
  (void)disk_.sync_directory(directory_ + "/quarantine");
}

}  // namespace tt::tunnel
