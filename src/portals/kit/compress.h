// Compression of whole files for local exits: gzip members or zstd frames, one after another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"

namespace tt::portals {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

/// ".gz", ".zst" or nothing.
std::string_view suffix_of(Compression compression);
/// Writes `path` compressed to `path` + suffix, durably, and removes `path`. In pieces, so that
/// memory does not depend on the file's size. Nothing is removed after an error.
Status compress_file(Disk& disk, const std::string& path, Compression compression);

}  // namespace tt::portals
