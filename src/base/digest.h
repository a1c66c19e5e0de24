// Checksums, keyed digests and their text forms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tt {

/// CRC32C (Castagnoli, RFC 3720 appendix B.4), continuing from `seed`; crc32c("123456789") is
/// 0xe3069283.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);
/// The same of the words' bytes, each lowest byte first: for few of them, and for what was just put
/// together, which the other one would wait for.
std::uint32_t crc32c(std::span<const std::uint64_t> words, std::uint32_t seed = 0);
std::uint32_t crc32c_word(std::uint32_t word, std::uint32_t seed);

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);
/// RFC 2104 with SHA-256.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
/// RFC 2104 with SHA-1, SHA-256 or SHA-512 ("sha1", "sha256", "sha512"); empty for another name.
std::string hmac(std::string_view algorithm, std::string_view key, std::string_view bytes);

/// XXH3, 64 and 128 bits. Not for secrets.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
struct Hash128 {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Hash128&) const = default;
};
Hash128 hash128(std::string_view bytes);

std::string hex(std::string_view bytes);                     ///< Lower case.
std::optional<std::string> unhex(std::string_view text);     ///< Either case.
std::string base64(std::string_view bytes);                  ///< RFC 4648 section 4, padded.
std::optional<std::string> unbase64(std::string_view text);  ///< Padding optional.

/// Compares in time that depends on the lengths only, through a keyed digest of both, so that not
/// even the length of the secret leaks.
bool equal_constant_time(std::string_view a, std::string_view b);

inline std::string_view as_text(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace tt
