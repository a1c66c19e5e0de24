// Frames of the cursor files: snapshots of all cursors, and updates of those that moved.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

constexpr std::size_t kCursorFrameBytes = 40;
/// Ranges above the mark that are kept per cursor: of more, the highest are left out and those
/// events are delivered again after a restart.
constexpr std::size_t kCursorRangesMax = 1024;

struct CursorState {
  std::string exit;
  Seq low = 0;
  std::uint64_t epoch = 0;                  ///< Rises with every rewind.
  Seq start = 0;                            ///< Where the exit began; 0: not known.
  bool is_removed = false;                  ///< Only in updates.
  std::vector<std::pair<Seq, Seq>> ranges;  ///< Settled above `low`: first, one past last.
};

struct CursorFrame {
  bool is_snapshot = false;
  std::uint64_t generation = 0;           ///< Rises with every frame, over both files.
  std::uint64_t snapshot_generation = 0;  ///< Of the snapshot this file begins with.
  WallNs time_ns = 0;
  std::vector<CursorState> cursors;
};

std::string encode_cursor_frame(const CursorFrame& frame, std::uint32_t seed);
/// The frame at the beginning of `bytes` and its length; nothing when there is none.
std::optional<std::pair<CursorFrame, std::size_t>> decode_cursor_frame(std::string_view bytes,
                                                                       std::uint32_t seed);

/// What a whole file says: its snapshot with the updates behind it applied, bad ones skipped.
struct CursorFileState {
  std::uint64_t generation = 0;  ///< Of the newest frame.
  std::uint64_t snapshot_generation = 0;
  std::size_t end = 0;     ///< After the newest frame.
  bool has_holes = false;  ///< Updates between are missing.
  std::map<std::string, CursorState> cursors;
};
/// Nothing when the snapshot is not whole.
std::optional<CursorFileState> read_cursor_file(std::string_view bytes, std::uint32_t seed);

}  // namespace tt::tunnel
