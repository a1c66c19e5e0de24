// Content codings: round trips, bombs, damage.
// SPDX-License-Identifier: Apache-2.0
#include "net/compress.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "base/random.h"

namespace tt::net {
namespace {

std::string noise(std::size_t size) {
  SeededRandom random(7);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  return bytes;
}

std::string deflated(std::string_view bytes, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_streamed(std::string_view bytes, int window_log) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string packed(ZSTD_compressBound(bytes.size()) + 64, '\0');
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (in.pos < in.size) ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
  }
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  return packed;
}

constexpr std::size_t kBound = 1u << 20;

TEST(Compress, what_was_packed_comes_back) {
  for (const std::size_t size : {0u, 1u, 100u, 65'536u, 500'000u}) {
    for (const std::string& bytes : {std::string(size, 'a'), noise(size)}) {
      EXPECT_EQ(decode_content("gzip", gzip(bytes), kBound).bytes, bytes);
      EXPECT_EQ(decode_content("x-GZIP", gzip(bytes), kBound).bytes, bytes);
      EXPECT_EQ(decode_content("zstd", zstd_frame(bytes), kBound).bytes, bytes);
      EXPECT_EQ(decode_content("deflate", deflated(bytes, 15), kBound).bytes, bytes);
      EXPECT_EQ(decode_content("deflate", deflated(bytes, -15), kBound).bytes, bytes);
      EXPECT_EQ(decode_content("", bytes, kBound).bytes, bytes);
      EXPECT_EQ(decode_content(" identity ", bytes, kBound).bytes, bytes);
    }
  }
}

TEST(Compress, members_and_frames_follow_one_another) {
  EXPECT_EQ(decode_content("gzip", gzip("a") + gzip("b"), kBound).bytes, "ab");
  EXPECT_EQ(decode_content("zstd", zstd_frame("a") + zstd_frame("b"), kBound).bytes, "ab");
}

TEST(Compress, other_codings_are_unknown) {
  for (const char* coding : {"br", "compress", "gzip, gzip", "gzip,zstd", "gzip;q=1", "x"}) {
    EXPECT_EQ(decode_content(coding, gzip("a"), kBound).failure, DecodeFailure::kUnknownCoding);
  }
}

TEST(Compress, the_bound_is_exact) {
  for (const std::size_t size : {1'000u, 16'384u, 65'536u}) {
    const std::string bytes = noise(size);
    const std::pair<const char*, std::string> packed[] = {{"gzip", gzip(bytes)},
                                                          {"deflate", deflated(bytes, 15)},
                                                          {"deflate", deflated(bytes, -15)},
                                                          {"zstd", zstd_frame(bytes)},
                                                          {"", bytes}};
    for (const auto& [coding, text] : packed) {
      EXPECT_EQ(decode_content(coding, text, size).bytes, bytes) << coding;
      const Decoded over = decode_content(coding, text, size - 1);
      EXPECT_EQ(over.failure, DecodeFailure::kTooLarge) << coding;
      EXPECT_TRUE(over.bytes.empty());
    }
  }
}

TEST(Compress, bombs_stop_at_the_bound) {
  const std::string zeros(16u << 20, '\0');
  EXPECT_EQ(decode_content("gzip", gzip(zeros), kBound).failure, DecodeFailure::kTooLarge);
  EXPECT_EQ(decode_content("zstd", zstd_frame(zeros), kBound).failure, DecodeFailure::kTooLarge);
  EXPECT_EQ(decode_content("deflate", deflated(zeros, -15), kBound).failure,
            DecodeFailure::kTooLarge);
}

TEST(Compress, zstd_windows_beyond_the_bound_are_refused_but_usual_ones_work) {
  EXPECT_EQ(decode_content("zstd", zstd_streamed("small", 23), 1'000).bytes, "small");
  EXPECT_EQ(decode_content("zstd", zstd_streamed(noise(1'000), 27), kBound).failure,
            DecodeFailure::kTooLarge);
}

TEST(Compress, every_cut_is_damage) {
  const std::string bytes = noise(300);
  const std::pair<const char*, std::string> packed[] = {
      {"gzip", gzip(bytes)}, {"deflate", deflated(bytes, 15)}, {"zstd", zstd_frame(bytes)}};
  for (const auto& [coding, text] : packed) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const Decoded cut = decode_content(coding, text.substr(0, size), kBound);
      if (size == 0 && std::string_view(coding) == "zstd") continue;
      EXPECT_EQ(cut.failure, DecodeFailure::kDamaged) << coding << size;
    }
    EXPECT_EQ(decode_content(coding, text + "x", kBound).failure, DecodeFailure::kDamaged)
        << coding;
  }
}

TEST(Compress, flipped_bits_never_give_other_bytes_under_a_checksum) {
  const std::string bytes = noise(300), packed = gzip(bytes);
  for (std::size_t i = 10; i < packed.size(); ++i) {
    std::string flipped = packed;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    const Decoded decoded = decode_content("gzip", flipped, kBound);
    // A few bits (of padding) mean nothing.
    EXPECT_TRUE(decoded.failure != DecodeFailure::kNone || decoded.bytes == bytes) << i;
  }
}

}  // namespace
}  // namespace tt::net
