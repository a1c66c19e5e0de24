// Tests of portals/kit/compress.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/compress.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"
#include "net/compress.h"

namespace tt::portals {
namespace {

class CompressTest : public testing::Test {
 protected:
  CompressTest() { put("d/a", text_); }
  void put(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(disk_.create_directories("d").ok());
    auto file = disk_.open(path, Open::kCreate);
    ASSERT_TRUE(file.ok() && (*file)->pwrite(bytes, 0).ok() && (*file)->datasync().ok());
    ASSERT_TRUE(disk_.sync_directory("d").ok());
  }
  const std::string text_ = "line\nline\nline\n";
  MemoryDisk disk_;
};

TEST_F(CompressTest, the_copy_is_durable_when_the_file_is_gone) {
  ASSERT_TRUE(compress_file(disk_, "d/a", Compression::kGzip).ok());
  disk_.crash();
  EXPECT_FALSE(disk_.exists("d/a"));
  EXPECT_EQ(net::decode_content("gzip", disk_.bytes("d/a.gz"), 100).bytes, text_);
}

TEST_F(CompressTest, a_partial_copy_of_an_earlier_try_gives_way) {
  put("d/a.zst", "half");
  ASSERT_TRUE(compress_file(disk_, "d/a", Compression::kZstd).ok());
  EXPECT_EQ(net::decode_content("zstd", disk_.bytes("d/a.zst"), 100).bytes, text_);
}

TEST_F(CompressTest, nothing_is_removed_when_the_copy_fails) {
  disk_.set_free_bytes(3);
  EXPECT_FALSE(compress_file(disk_, "d/a", Compression::kGzip).ok());
  EXPECT_EQ(disk_.bytes("d/a"), text_);
  EXPECT_FALSE(disk_.exists("d/a.gz"));
}

TEST_F(CompressTest, none_leaves_the_file_alone) {
  ASSERT_TRUE(compress_file(disk_, "d/a", Compression::kNone).ok());
  EXPECT_EQ(disk_.bytes("d/a"), text_);
}

}  // namespace
}  // namespace tt::portals
