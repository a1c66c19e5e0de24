// Reading what a disk still gives: blocks that it refuses are zeros.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/disk.h"
#include "tunnel/record_format.h"

namespace tt::tunnel {

/// Fills `bytes` from `position`. Blocks that cannot be read (EIO), and what lies behind the end of
/// the file, become zeros. Returns where the last such block ends; 0: all could be read. Errors are
/// those that say nothing about the bytes.
inline Result<std::uint64_t> read_what_can_be_read(File& file, std::span<char> bytes,
                                                   std::uint64_t position) {
  auto whole = file.pread(bytes, position);
  if (whole.ok()) {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(*whole), bytes.end(), '\0');
    return std::uint64_t{0};
  }
  if (whole.error().code != Code::kCorrupt) return std::move(whole).error();
  // Part of a large read is refused: which part shows block by block.
  std::fill(bytes.begin(), bytes.end(), '\0');
  std::uint64_t unreadable_end = 0;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t to_border = kBlockBytes - (position + done) % kBlockBytes;
    const auto block = bytes.subspan(done, std::min(to_border, bytes.size() - done));
    auto got = file.pread(block, position + done);
    done += block.size();
    if (got.ok()) continue;
    if (got.error().code != Code::kCorrupt) return std::move(got).error();
    std::fill(block.begin(), block.end(), '\0');
    unreadable_end = position + done;
  }
  return unreadable_end;
}

}  // namespace tt::tunnel
