// Seal: the totals of a finished segment, kept while it is written and checked when it is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tunnel/record_format.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

constexpr std::size_t kSealBodyBytes = 64;

struct SegmentTotals {
  Seq first_seq = 0, last_seq = 0;  ///< Of events; 0 when there are none.
  std::uint64_t events = 0;
  std::uint32_t records_crc = 0;     ///< CRC32C over the header checksums, in order.
  WallNs first_ns = 0, last_ns = 0;  ///< Receive times of the first and last event.
  std::uint64_t keys_position = 0;   ///< Of the first keys record; 0: no keys.

  void add(const Frame& frame) {
    records_crc = crc32c_word(frame.header_crc, records_crc);
    if (frame.type != RecordType::kEvent) return;
    if (events++ == 0) {
      first_seq = frame.seq;
      first_ns = frame.time_ns;
    }
    last_seq = frame.seq;
    last_ns = frame.time_ns;
  }
};

inline std::string encode_seal(const SegmentTotals& totals, std::uint64_t bytes) {
  std::string body(kSealBodyBytes, '\0');
  char* at = body.data();
  store(at, totals.first_seq);
  store(at + 8, totals.last_seq);
  store(at + 16, totals.events);
  store(at + 24, bytes);
  store(at + 32, totals.first_ns);
  store(at + 40, totals.last_ns);
  store(at + 48, totals.keys_position);
  store(at + 56, totals.records_crc);
  return body;
}

inline std::optional<SegmentTotals> decode_seal(std::string_view body) {
  if (body.size() < kSealBodyBytes) return std::nullopt;
  const char* at = body.data();
  return SegmentTotals{.first_seq = load<std::uint64_t>(at),
                       .last_seq = load<std::uint64_t>(at + 8),
                       .events = load<std::uint64_t>(at + 16),
                       .records_crc = load<std::uint32_t>(at + 56),
                       .first_ns = load<std::int64_t>(at + 32),
                       .last_ns = load<std::int64_t>(at + 40),
                       .keys_position = load<std::uint64_t>(at + 48)};
}

constexpr std::uint64_t kSealRecordBytes = record_bytes(kSealBodyBytes);

}  // namespace tt::tunnel
