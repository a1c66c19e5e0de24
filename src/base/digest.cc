// Checksums and digests by ISA-L, XXH3 and OpenSSL; hex and base64.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/random.h"
#include "base/result.h"

namespace tt {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::array<signed char, 256> digit_table(std::string_view digits) {
  std::array<signed char, 256> table;
  table.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    table[static_cast<unsigned char>(digits[i])] = static_cast<signed char>(i);
  }
  return table;
}

constexpr std::string_view kLowerHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const std::array<signed char, 256>& hex_values() {
  static const auto table = [] {
    auto values = digit_table(kLowerHexDigits);
    for (char c = 'A'; c <= 'F'; ++c) {
      values[static_cast<unsigned char>(c)] = static_cast<signed char>(c - 'A' + 10);
    }
    return values;
  }();
  return table;
}

const std::array<unsigned char, 32>& process_key() {
  static const auto key = [] {
    std::array<unsigned char, 32> bytes;
    system_random().fill(bytes);
    return bytes;
  }();
  return key;
}

#if defined(__x86_64__)
// The raw register, as of ISA-L.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(
    std::span<const std::uint64_t> words, std::uint64_t state) {
  for (const std::uint64_t word : words) state = _mm_crc32_u64(state, word);
  return static_cast<std::uint32_t>(state);
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t word,
                                                                      std::uint32_t state) {
  return _mm_crc32_u32(state, word);
}

const bool has_crc32c_instruction = __builtin_cpu_supports("sse4.2");
#endif

static_assert(std::endian::native == std::endian::little, "words are summed lowest byte first");

}  // namespace

// ISA-L works on the raw register: RFC 3720 inverts it before the first and after the last byte.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
  constexpr std::size_t kStepBytes = 1u << 30;  // Its length is an int.
  std::uint32_t state = ~seed;
  while (!bytes.empty()) {
    const std::size_t step = std::min(bytes.size(), kStepBytes);
    // The library only reads; its prototype lacks the const.
    state = crc32_iscsi(const_cast<unsigned char*>(bytes_of(bytes)), static_cast<int>(step), state);
    bytes.remove_prefix(step);
  }
  return ~state;
}

std::uint32_t crc32c(std::span<const std::uint64_t> words, std::uint32_t seed) {
#if defined(__x86_64__)
  if (has_crc32c_instruction) return ~crc32c_by_instruction(words, ~seed);
#endif
  return crc32c({reinterpret_cast<const char*>(words.data()), words.size_bytes()}, seed);
}

std::uint32_t crc32c_word(std::uint32_t word, std::uint32_t seed) {
#if defined(__x86_64__)
  if (has_crc32c_instruction) return ~crc32c_by_instruction(word, ~seed);
#endif
  return crc32c({reinterpret_cast<const char*>(&word), sizeof word}, seed);
}

Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  TT_ASSERT(ok == 1);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256 digest;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes),
                          bytes.size(), digest.data(), nullptr);
  TT_ASSERT(done != nullptr);
  return digest;
}

std::string hmac(std::string_view algorithm, std::string_view key, std::string_view bytes) {
  const EVP_MD* method = algorithm == "sha1"     ? EVP_sha1()
                         : algorithm == "sha256" ? EVP_sha256()
                         : algorithm == "sha512" ? EVP_sha512()
                                                 : nullptr;
  if (!method) return {};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_bytes = 0;
  const auto* done = HMAC(method, key.data(), static_cast<int>(key.size()), bytes_of(bytes),
                          bytes.size(), digest, &digest_bytes);
  TT_ASSERT(done != nullptr);
  return {reinterpret_cast<const char*>(digest), digest_bytes};
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kLowerHexDigits[byte >> 4];
    out += kLowerHexDigits[byte & 15];
  }
  return out;
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2) return std::nullopt;
  const auto& values = hex_values();
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = values[static_cast<unsigned char>(text[i])];
    const int low = values[static_cast<unsigned char>(text[i + 1])];
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kBase64Digits[word >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  static const auto values = digit_table(kBase64Digits);
  if (text.ends_with('=')) {  // With padding, the length must be whole.
    if (text.size() % 4) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    word = word << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(word >> bits & 0xFF);
    }
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  const auto& key = process_key();
  const std::string_view key_text{reinterpret_cast<const char*>(key.data()), key.size()};
  const Sha256 left = hmac_sha256(key_text, a);
  const Sha256 right = hmac_sha256(key_text, b);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace tt
