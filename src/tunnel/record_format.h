// The record frame: numbers, layout, encoding and decoding, shared by every writer and reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"

namespace tt::tunnel {

// docs/format/record.md is the same table for people; tests/tunnel/format_doc_test.cc compares.

static_assert(std::endian::native == std::endian::little, "numbers on disk are little-endian");

/// Reads and writes one number at any alignment.
template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

constexpr std::uint32_t kRecordMagic = 0x31525454;  ///< "TTR1", sought at kRecordAlign steps.
constexpr std::size_t kRecordAlign = 8;
constexpr std::size_t kFrameBytes = 48;
constexpr std::size_t kFrameCrcBegin = 8;         ///< The header checksum covers [8, 48).
constexpr std::size_t kBodyBytesMax = 16u << 20;  ///< A longer length is never trusted.
constexpr std::size_t kBlockBytes = 4096;         ///< What a file system reads at least.

enum class RecordType : std::uint16_t {
  kEvent = 1,
  kSeal = 2,         ///< Last record of a finished segment.
  kMarker = 3,       ///< No data: says what was durable; see MarkerFlag.
  kGap = 4,          ///< Events lost to damage, written by whoever found out.
  kKeys = 5,         ///< Idempotency keys of this segment, before its seal.
  kDeadLetter = 6,   ///< Only in dead/.
  kDeadRemoved = 7,  ///< Only in dead/: the letter of this number was removed.
                     // 8: attempts of versions before 0.1, no longer read.
  kDeadTried = 9,    ///< Only in dead/: a further attempt at a letter, which failed.
  kAttempt = 10,     ///< Only in attempts/.
};

/// Flags of kMarker.
constexpr std::uint16_t kMarkerStart = 1;  ///< A process opened the log; seqs may jump to `seq`.
/// Nothing follows that was ever visible; believed when `synced_upto` is its own position.
constexpr std::uint16_t kMarkerCleanStop = 2;

struct Frame {
  std::uint32_t header_crc = 0;
  std::uint32_t body_bytes = 0;
  RecordType type = RecordType::kEvent;
  std::uint16_t flags = 0;
  std::uint64_t seq = 0;          ///< Events: own name. Others: the next event's.
  std::uint64_t synced_upto = 0;  ///< Bytes of this file known durable when this was written.
  WallNs time_ns = 0;
  std::uint32_t prev_header_crc = 0;
  std::uint32_t body_crc = 0;
};

/// A start: seqs may jump over those that the life before may have given.
inline bool is_start(const Frame& frame) {
  return frame.type == RecordType::kMarker && (frame.flags & kMarkerStart) != 0;
}

/// Frame, body and zeros up to the alignment.
constexpr std::uint64_t record_bytes(std::uint64_t body_bytes) {
  return (kFrameBytes + body_bytes + kRecordAlign - 1) / kRecordAlign * kRecordAlign;
}

/// What the checksum of a header at `position` starts with. A sector that the disk wrote to, or
/// read from, another place of the same file does not pass there: CRC32C maps different seeds to
/// different checksums.
constexpr std::uint32_t seed_at(std::uint32_t seed, std::uint64_t position) {
  return seed ^ static_cast<std::uint32_t>(position / kRecordAlign);
}

/// What the checksum of a header covers.
using FrameWords = std::array<std::uint64_t, (kFrameBytes - kFrameCrcBegin) / 8>;

/// Writes kFrameBytes at `out`, which will stand at `position` of a file whose salt gives `seed`;
/// returns the checksum.
inline std::uint32_t encode_frame(char* out, const Frame& frame, std::uint32_t seed,
                                  std::uint64_t position) {
  // As words, which are stored and summed at once: sums over small stores wait for them.
  const std::uint64_t sizes = frame.body_bytes | static_cast<std::uint64_t>(frame.type) << 32 |
                              static_cast<std::uint64_t>(frame.flags) << 48;
  const std::uint64_t sums = frame.prev_header_crc | static_cast<std::uint64_t>(frame.body_crc)
                                                         << 32;
  const FrameWords words{sizes, frame.seq, frame.synced_upto,
                         static_cast<std::uint64_t>(frame.time_ns), sums};
  const std::uint32_t crc = crc32c(words, seed_at(seed, position));
  store(out, kRecordMagic | static_cast<std::uint64_t>(crc) << 32);
  store(out + kFrameCrcBegin, words);
  return crc;
}

/// The frame at `in` (kFrameBytes readable), or nothing when it was not written there under this
/// seed.
inline std::optional<Frame> decode_frame(const char* in, std::uint32_t seed,
                                         std::uint64_t position) {
  if (load<std::uint32_t>(in) != kRecordMagic) return std::nullopt;
  const auto crc = load<std::uint32_t>(in + 4);
  if (crc32c(load<FrameWords>(in + kFrameCrcBegin), seed_at(seed, position)) != crc)
    return std::nullopt;
  Frame frame{.header_crc = crc,
              .body_bytes = load<std::uint32_t>(in + 8),
              .type = static_cast<RecordType>(load<std::uint16_t>(in + 12)),
              .flags = load<std::uint16_t>(in + 14),
              .seq = load<std::uint64_t>(in + 16),
              .synced_upto = load<std::uint64_t>(in + 24),
              .time_ns = load<std::int64_t>(in + 32),
              .prev_header_crc = load<std::uint32_t>(in + 40),
              .body_crc = load<std::uint32_t>(in + 44)};
  if (frame.body_bytes > kBodyBytesMax) return std::nullopt;
  return frame;
}

static_assert(kFrameBytes % kRecordAlign == 0 && kBlockBytes % kRecordAlign == 0);
static_assert(record_bytes(0) == kFrameBytes && record_bytes(1) == kFrameBytes + kRecordAlign);

}  // namespace tt::tunnel
