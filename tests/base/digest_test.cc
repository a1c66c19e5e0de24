// Tests of checksums and digests against published vectors.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <span>
#include <string>

namespace tt {
namespace {

TEST(Crc32c, matches_rfc_3720_appendix_b_4) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc32c, continues_from_a_seed) {
  const std::string text = "a record is a header and a body";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.substr(cut), crc32c(text.substr(0, cut))), crc32c(text));
  }
}

TEST(Crc32c, words_are_summed_as_their_bytes) {
  const std::string text = "a header of five words, summed as bytes..";
  std::array<std::uint64_t, 5> words;
  std::memcpy(words.data(), text.data(), sizeof words);
  for (std::size_t count = 0; count <= words.size(); ++count) {
    const std::string_view bytes(text.data(), count * sizeof words[0]);
    EXPECT_EQ(crc32c(std::span(words).first(count), 7), crc32c(bytes, 7)) << count;
  }
  std::uint32_t word;
  std::memcpy(&word, text.data(), sizeof word);
  EXPECT_EQ(crc32c_word(word, 7), crc32c(text.substr(0, sizeof word), 7));
}

TEST(Digest, sha256_matches_fips_180) {
  EXPECT_EQ(hex(as_text(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, hmac_matches_rfc_4231_case_2_and_rfc_2202) {
  EXPECT_EQ(hex(as_text(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac("sha256", "Jefe", "what do ya want for nothing?")),
            hex(as_text(hmac_sha256("Jefe", "what do ya want for nothing?"))));
  EXPECT_EQ(hex(hmac("sha1", "Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac("sha512", "Jefe", "x").size(), 64u);
  EXPECT_EQ(hmac("md5", "Jefe", "x"), "");
}

TEST(Digest, hmac_takes_an_empty_key) {
  EXPECT_EQ(hex(as_text(hmac_sha256("", ""))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hash, tells_texts_and_seeds_apart) {
  EXPECT_EQ(hash64("severity"), hash64("severity"));
  EXPECT_NE(hash64("severity"), hash64("severitx"));
  EXPECT_NE(hash64("severity", 1), hash64("severity", 2));
  EXPECT_EQ(hash128("a"), hash128("a"));
  EXPECT_NE(hash128("a"), hash128("b"));
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2u);  // The library's own test value.
}

TEST(Hex, goes_there_and_back) {
  EXPECT_EQ(hex({"\x00\x7f\xff", 3}), "007fff");
  EXPECT_EQ(unhex("007FfF"), (std::string{"\x00\x7f\xff", 3}));
  EXPECT_EQ(unhex("0"), std::nullopt);
  EXPECT_EQ(unhex("0g"), std::nullopt);
}

TEST(Base64, matches_rfc_4648_section_10) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, reads_with_and_without_padding) {
  EXPECT_EQ(unbase64("Zg=="), "f");
  EXPECT_EQ(unbase64("Zg"), "f");
  EXPECT_EQ(unbase64("Zm8="), "fo");
  EXPECT_EQ(unbase64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(unbase64(""), "");
  for (const char* bad : {"Z", "Zg=", "Zg===", "Zm9v\n", "Z*9v", "=", "===="}) {
    EXPECT_EQ(unbase64(bad), std::nullopt) << bad;
  }
}

TEST(Base64, goes_there_and_back_over_all_bytes) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t size = 250; size <= 256; ++size) {
    EXPECT_EQ(unbase64(base64(all.substr(0, size))), all.substr(0, size));
  }
}

TEST(ConstantTime, compares_as_equality_does) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("token", "token"));
  EXPECT_FALSE(equal_constant_time("token", "tokem"));
  EXPECT_FALSE(equal_constant_time("token", "tokens"));
}

}  // namespace
}  // namespace tt
