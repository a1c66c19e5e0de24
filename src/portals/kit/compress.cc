// Both formats allow concatenation, so a file is compressed piece by piece.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/compress.h"

#include <vector>

#include "net/compress.h"

namespace tt::portals {
namespace {

constexpr std::size_t kPieceBytes = 4u << 20;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status copy_compressed(File& from, File& to, Compression compression) {
  std::vector<char> piece(kPieceBytes);
  std::uint64_t read_at = 0, write_at = 0;
  while (true) {
    TT_TRY(const std::size_t count, from.pread(piece, read_at));
    if (count == 0) return to.datasync();
    const std::string_view bytes(piece.data(), count);
    const std::string packed =
        compression == Compression::kGzip ? net::gzip(bytes) : net::zstd_frame(bytes);
    TT_CHECK(to.pwrite(packed, write_at));
    read_at += count;
    write_at += packed.size();
  }
}

}  // namespace

std::string_view suffix_of(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return ".gz";
    case Compression::kZstd:
      return ".zst";
    case Compression::kNone:
      break;
  }
  return "";
}

Status compress_file(Disk& disk, const std::string& path, Compression compression) {
  if (compression == Compression::kNone) return {};
  const std::string target = path + std::string(suffix_of(compression));
  {
    TT_TRY(auto from, disk.open(path, Open::kRead));
    // A half written one of a run that was killed gives way.
    if (disk.exists(target)) TT_CHECK(disk.remove(target));
    TT_TRY(auto to, disk.open(target, Open::kCreateNew));
    if (Status copied = copy_compressed(*from, *to, compression); !copied) {
      to.reset();
      // A partial copy that stays is removed by the next try.
      (void)disk.remove(target).ok();
      return copied;
    }
  }
  TT_CHECK(disk.sync_directory(folder_of(target)));
  TT_CHECK(disk.remove(path));
  return disk.sync_directory(folder_of(path));
}

}  // namespace tt::portals
