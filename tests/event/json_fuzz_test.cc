// Replays the fuzz corpus through the fuzz target, so that every compiler and sanitizer sees it.
// SPDX-License-Identifier: Apache-2.0
#include "../../fuzz/json_fuzz.cc"  // NOLINT: the target is one function.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

TEST(JsonFuzz, the_corpus_keeps_every_promise) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TT_SOURCE_DIR "/fuzz/corpus/json")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    ++files;
  }
  EXPECT_GE(files, 8u);
}

}  // namespace
