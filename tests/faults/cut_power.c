// Takes the power from the file system that a folder lies on: what was not synced is gone.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

// EXT4_IOC_SHUTDOWN of fs/ext4/ext4.h and XFS_IOC_GOINGDOWN of fs/xfs/libxfs/xfs_fs.h: one number.
#define SHUT_DOWN _IOR('X', 125, uint32_t)
// EXT4_GOING_FLAGS_NOLOGFLUSH, XFS_FSOP_GOING_FLAGS_NOLOGFLUSH: the journal in memory is lost too.
static const uint32_t kWithoutFlush = 2;

int main(int count, char** words) {
  if (count != 2) {
    fprintf(stderr, "usage: cut_power FOLDER\n");
    return 2;
  }
  const int folder = open(words[1], O_RDONLY | O_DIRECTORY);
  uint32_t how = kWithoutFlush;
  if (folder < 0 || ioctl(folder, SHUT_DOWN, &how) != 0) {
    perror(words[1]);
    return 1;
  }
  return 0;
}
