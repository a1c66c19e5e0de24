// Kinds of file systems by the magic numbers of the kernel.
// SPDX-License-Identifier: Apache-2.0
#include "base/file_system.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <filesystem>

namespace tt {
namespace {

// Not in every version of linux/magic.h; from statfs(2).
constexpr std::uint32_t kCifsMagic = 0xFF534D42, kSmb2Magic = 0xFE534D42, kFuseMagic = 0x65735546;

}  // namespace

std::string_view remark_on_file_system(std::uint32_t magic) {
  switch (magic) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
      return "this is memory (tmpfs): nothing here survives a restart of the machine";
    case NFS_SUPER_MAGIC:
    case kCifsMagic:
    case kSmb2Magic:
      return "this is a network file system: locks and syncs depend on its server";
    case kFuseMagic:  // sshfs too.
      return "this is a file system in user space: what a sync is worth is up to it";
    default:
      return "";
  }
}

std::string_view remark_on_folder(const std::string& path) {
  std::error_code failed;
  std::filesystem::path place = std::filesystem::absolute(path, failed);
  struct statfs about {};
  while (::statfs(place.c_str(), &about) != 0) {
    if (errno != ENOENT || !place.has_relative_path()) return "";
    place = place.parent_path();
  }
  return remark_on_file_system(static_cast<std::uint32_t>(about.f_type));
}

}  // namespace tt
