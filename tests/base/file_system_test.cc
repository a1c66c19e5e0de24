// File systems that keep less than they say are named; a missing folder is judged by its parent.
// SPDX-License-Identifier: Apache-2.0
#include "base/file_system.h"

#include <gmock/gmock.h>

namespace tt {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kExt4 = 0xEF53, kXfs = 0x58465342, kBtrfs = 0x9123683E;
constexpr std::uint32_t kNfs = 0x6969, kCifs = 0xFF534D42, kSmb2 = 0xFE534D42;
constexpr std::uint32_t kFuse = 0x65735546, kTmpfs = 0x01021994;

TEST(FileSystem, of_a_network_in_user_space_or_in_memory_is_told) {
  for (const std::uint32_t magic : {kNfs, kCifs, kSmb2})
    EXPECT_THAT(remark_on_file_system(magic), HasSubstr("network"));
  EXPECT_THAT(remark_on_file_system(kFuse), HasSubstr("user space"));
  EXPECT_THAT(remark_on_file_system(kTmpfs), HasSubstr("memory"));
}

TEST(FileSystem, of_a_local_disk_needs_no_remark) {
  for (const std::uint32_t magic : {kExt4, kXfs, kBtrfs})
    EXPECT_THAT(remark_on_file_system(magic), IsEmpty());
}

// A part too long is neither there nor missing: the walk upwards ends.
TEST(FileSystem, is_that_of_the_nearest_folder_that_exists) {
  EXPECT_EQ(remark_on_folder("/nowhere/at/all"), remark_on_folder("/"));
  EXPECT_EQ(remark_on_folder("/dev/shm/nowhere/at/all"), remark_on_folder("/dev/shm"));
  EXPECT_EQ(remark_on_folder("nowhere/at/all"), remark_on_folder("."));
  EXPECT_THAT(remark_on_folder("/" + std::string(300, 'x') + "/data"), IsEmpty());
}

}  // namespace
}  // namespace tt
