// The table of formats of MessagePack, as a function of the first byte.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/forward/msgpack_head.h"

namespace tt::portals::entry::forward {
namespace {

/// A length of that many bytes behind the first one, big-endian.
std::uint64_t length_at(std::string_view bytes, std::size_t length_bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 1; i <= length_bytes; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// What a format says: a length of 0, 1, 2 or 4 bytes, or a fixed number; and what it counts.
enum class Counts : std::uint8_t { kBytes, kExtensionBytes, kValues, kPairs };

Head head_of(std::string_view bytes, std::size_t length_bytes, Counts counts) {
  const std::size_t head_bytes = 1 + length_bytes + (counts == Counts::kExtensionBytes ? 1 : 0);
  if (bytes.size() < head_bytes) return {};
  const std::uint64_t length = length_at(bytes, length_bytes);
  if (counts == Counts::kValues) return {head_bytes, 0, length};
  if (counts == Counts::kPairs) return {head_bytes, 0, 2 * length};
  return {head_bytes, length, 0};
}

Head fixed(std::string_view bytes, std::size_t head_bytes, std::uint64_t payload_bytes) {
  if (bytes.size() < head_bytes) return {};
  return {head_bytes, payload_bytes, 0};
}

}  // namespace

Head read_head(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first <= 0x7f || first >= 0xe0) return {1, 0, 0};    // fixint
  if (first <= 0x8f) return {1, 0, 2u * (first & 0x0fu)};  // fixmap
  if (first <= 0x9f) return {1, 0, first & 0x0fu};         // fixarray
  if (first <= 0xbf) return {1, first & 0x1fu, 0};         // fixstr
  switch (first) {
    case 0xc1:
      return {.is_bad = true};
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return {1, 0, 0};  // nil, bool
    case 0xc4:
    case 0xc5:
    case 0xc6:  // bin
      return head_of(bytes, std::size_t{1} << (first - 0xc4), Counts::kBytes);
    case 0xc7:
    case 0xc8:
    case 0xc9:  // ext
      return head_of(bytes, std::size_t{1} << (first - 0xc7), Counts::kExtensionBytes);
    case 0xca:
    case 0xce:
    case 0xd2:
      return {1, 4, 0};  // 32 bits
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return {1, 8, 0};  // 64 bits
    case 0xcc:
    case 0xd0:
      return {1, 1, 0};  // 8 bits
    case 0xcd:
    case 0xd1:
      return {1, 2, 0};  // 16 bits
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:  // fixext
      return fixed(bytes, 2, std::uint64_t{1} << (first - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:  // str
      return head_of(bytes, std::size_t{1} << (first - 0xd9), Counts::kBytes);
    case 0xdc:
    case 0xdd:  // array
      return head_of(bytes, std::size_t{2} << (first - 0xdc), Counts::kValues);
    default:  // map
      return head_of(bytes, std::size_t{2} << (first - 0xde), Counts::kPairs);
  }
}

}  // namespace tt::portals::entry::forward
