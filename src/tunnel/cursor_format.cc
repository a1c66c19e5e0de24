// Coding of cursor frames.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/cursor_format.h"

#include <algorithm>

#include "tunnel/record_format.h"

namespace tt::tunnel {
namespace {

constexpr std::uint32_t kCursorMagic = 0x31435454;  // "TTC1"
constexpr std::size_t kCrcBegin = 8;
constexpr std::size_t kCursorBodyMax = 256u << 20;
constexpr std::size_t kCursorHeadBytes = 24;
constexpr std::uint16_t kSnapshot = 1, kUpdate = 2;
constexpr std::uint16_t kRemoved = 1, kHasStart = 2;
constexpr std::size_t kStartBytes = 8;

std::size_t align(std::size_t bytes) {
  return (bytes + kRecordAlign - 1) / kRecordAlign * kRecordAlign;
}

void encode_cursor(std::string& out, const CursorState& cursor) {
  const std::size_t count = std::min(cursor.ranges.size(), kCursorRangesMax);
  char head[kCursorHeadBytes];
  store(head, static_cast<std::uint16_t>(cursor.exit.size()));
  store(head + 2, static_cast<std::uint16_t>((cursor.is_removed ? kRemoved : 0) |
                                             (cursor.start > 0 ? kHasStart : 0)));
  store(head + 4, static_cast<std::uint32_t>(count));
  store(head + 8, cursor.low);
  store(head + 16, cursor.epoch);
  out.append(head, sizeof head).append(cursor.exit);
  out.resize(align(out.size()), '\0');
  if (cursor.start > 0) {
    char start[kStartBytes];
    store(start, cursor.start);
    out.append(start, sizeof start);
  }
  for (std::size_t i = 0; i < count; ++i) {
    char range[16];
    store(range, cursor.ranges[i].first);
    store(range + 8, cursor.ranges[i].second);
    out.append(range, sizeof range);
  }
}

bool decode_cursor(std::string_view& left, CursorState& cursor) {
  if (left.size() < kCursorHeadBytes) return false;
  const std::size_t name_bytes = load<std::uint16_t>(left.data());
  const auto flags = load<std::uint16_t>(left.data() + 2);
  cursor.is_removed = (flags & kRemoved) != 0;
  const std::size_t count = load<std::uint32_t>(left.data() + 4);
  cursor.low = load<std::uint64_t>(left.data() + 8);
  cursor.epoch = load<std::uint64_t>(left.data() + 16);
  left.remove_prefix(kCursorHeadBytes);
  if (left.size() < align(name_bytes)) return false;
  cursor.exit = left.substr(0, name_bytes);
  left.remove_prefix(align(name_bytes));
  if (flags & kHasStart) {
    if (left.size() < kStartBytes) return false;
    cursor.start = load<std::uint64_t>(left.data());
    left.remove_prefix(kStartBytes);
  }
  if (left.size() / 16 < count) return false;
  cursor.ranges.reserve(count);
  for (std::size_t i = 0; i < count; ++i, left.remove_prefix(16)) {
    cursor.ranges.emplace_back(load<std::uint64_t>(left.data()),
                               load<std::uint64_t>(left.data() + 8));
  }
  return true;
}

// What decode_cursor_frame() would compute a checksum over.
std::size_t claimed_bytes(std::string_view bytes) {
  if (load<std::uint32_t>(bytes.data()) != kCursorMagic) return 0;
  return std::min<std::size_t>(load<std::uint32_t>(bytes.data() + 8), bytes.size());
}

}  // namespace

std::string encode_cursor_frame(const CursorFrame& frame, std::uint32_t seed) {
  std::string out(kCursorFrameBytes, '\0');
  for (const CursorState& cursor : frame.cursors) encode_cursor(out, cursor);
  char* at = out.data();
  store(at, kCursorMagic);
  store(at + 8, static_cast<std::uint32_t>(out.size() - kCursorFrameBytes));
  store(at + 12, frame.is_snapshot ? kSnapshot : kUpdate);
  store(at + 14, static_cast<std::uint16_t>(frame.cursors.size()));
  store(at + 16, frame.generation);
  store(at + 24, frame.snapshot_generation);
  store(at + 32, frame.time_ns);
  store(at + 4, crc32c({at + kCrcBegin, out.size() - kCrcBegin}, seed));
  return out;
}

std::optional<std::pair<CursorFrame, std::size_t>> decode_cursor_frame(std::string_view bytes,
                                                                       std::uint32_t seed) {
  if (bytes.size() < kCursorFrameBytes) return std::nullopt;
  const char* at = bytes.data();
  if (load<std::uint32_t>(at) != kCursorMagic) return std::nullopt;
  const std::size_t body_bytes = load<std::uint32_t>(at + 8);
  if (body_bytes > kCursorBodyMax || body_bytes > bytes.size() - kCursorFrameBytes) {
    return std::nullopt;
  }
  const std::size_t size = kCursorFrameBytes + body_bytes;
  if (crc32c(bytes.substr(kCrcBegin, size - kCrcBegin), seed) != load<std::uint32_t>(at + 4)) {
    return std::nullopt;
  }
  CursorFrame frame{.is_snapshot = load<std::uint16_t>(at + 12) == kSnapshot,
                    .generation = load<std::uint64_t>(at + 16),
                    .snapshot_generation = load<std::uint64_t>(at + 24),
                    .time_ns = load<std::int64_t>(at + 32)};
  std::string_view left = bytes.substr(kCursorFrameBytes, body_bytes);
  for (std::size_t count = load<std::uint16_t>(at + 14); count > 0; --count) {
    CursorState cursor;
    if (!decode_cursor(left, cursor)) return std::nullopt;
    frame.cursors.push_back(std::move(cursor));
  }
  return std::pair(std::move(frame), size);
}

// A frame that lies about its length costs a checksum over all of it, at every step anew: a file
// made of nothing else must not keep a start for hours.
constexpr std::size_t kWastePerByte = 64;

std::optional<CursorFileState> read_cursor_file(std::string_view bytes, std::uint32_t seed) {
  auto first = decode_cursor_frame(bytes, seed);
  if (!first || !first->first.is_snapshot) return std::nullopt;
  CursorFileState state{.generation = first->first.generation,
                        .snapshot_generation = first->first.generation,
                        .end = first->second};
  for (CursorState& cursor : first->first.cursors) state.cursors[cursor.exit] = std::move(cursor);
  std::size_t budget = kWastePerByte * bytes.size();
  for (std::size_t at = state.end; at + kCursorFrameBytes <= bytes.size() && budget > 0;) {
    const std::size_t claimed = claimed_bytes(bytes.substr(at));
    auto next = decode_cursor_frame(bytes.substr(at), seed);
    if (!next) budget -= std::min(budget, claimed);
    // Frames behind another snapshot are of an earlier round of this file.
    if (!next || next->first.is_snapshot ||
        next->first.snapshot_generation != state.snapshot_generation ||
        next->first.generation <= state.generation) {
      at += kRecordAlign;
      continue;
    }
    state.has_holes |= next->first.generation != state.generation + 1;
    at += next->second;
    state.end = at;
    state.generation = next->first.generation;
    for (CursorState& cursor : next->first.cursors) {
      if (cursor.is_removed)
        state.cursors.erase(cursor.exit);
      else
        state.cursors[cursor.exit] = std::move(cursor);
    }
  }
  return state;
}

}  // namespace tt::tunnel
