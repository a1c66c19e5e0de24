// Preloaded into an unmodified program: its n-th call of one kind fails, and what a failed sync drops is gone.
// SPDX-License-Identifier: Apache-2.0
//
// TT_FAIL="call:n:error" with call one of those below and error a name of errno or `short` (half of
// a write or read). n counts over all threads from 1. TT_FAIL_LOG names a file that gets a line when
// it happens. Counted are calls on files below TT_FAIL_UNDER (fds are remembered at open), and for
// sockets all.
//
// After a failed fdatasync Linux marks the pages clean and forgets them in time, so this does it at
// once: every range written to that file since its last good sync gets its old bytes back. An
// acknowledgement that such a sync should have covered is then visibly a lie.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kFdsMax = 65536 };

struct range {
  struct range* next;
  off_t at;
  size_t size, old_size;
  char old[];
};

static struct {
  char call[32];
  long n;
  int error;
  int is_short;
  const char* under;
  const char* log;
} plan;
static atomic_long calls;
static atomic_int counts_as_ours[kFdsMax];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct range* unsynced[kFdsMax];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int errno_of(const char* name) {
  static const struct { const char* name; int number; } known[] = {
      {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"EMFILE", EMFILE}, {"EDQUOT", EDQUOT},
      {"ENOMEM", ENOMEM}, {"ECONNABORTED", ECONNABORTED}, {"EAGAIN", EAGAIN}};
  for (size_t i = 0; i < sizeof known / sizeof *known; ++i)
    if (!strcmp(known[i].name, name)) return known[i].number;
  return 0;
}

__attribute__((constructor)) static void read_plan(void) {
  const char* text = getenv("TT_FAIL");
  char error[32] = "";
  if (!text || sscanf(text, "%31[^:]:%ld:%31s", plan.call, &plan.n, error) != 3) plan.n = 0;
  plan.is_short = !strcmp(error, "short");
  plan.error = errno_of(error);
  plan.under = getenv("TT_FAIL_UNDER");
  plan.log = getenv("TT_FAIL_LOG");
}

static int is_ours(int fd) { return fd >= 0 && fd < kFdsMax && atomic_load(&counts_as_ours[fd]); }

/// 1 when this call is the one. For `short` the caller does half of it, else it fails with errno.
static int hit(const char* call) {
  if (!plan.n || strcmp(plan.call, call) || atomic_fetch_add(&calls, 1) + 1 != plan.n) return 0;
  const int log = plan.log ? REAL(open)(plan.log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (log >= 0) {
    if (REAL(write)(log, "hit\n", 4) != 4) abort();
    REAL(close)(log);
  }
  errno = plan.error;
  return 1;
}

static void remember_old(int fd, off_t at, size_t size) {
  struct range* range = malloc(sizeof *range + size);
  const int error = errno;
  range->at = at;
  range->size = size;
  const int flags = fcntl(fd, F_GETFL);
  const ssize_t got = (flags & O_ACCMODE) == O_RDWR ? REAL(pread)(fd, range->old, size, at) : 0;
  range->old_size = got > 0 ? (size_t)got : 0;
  errno = error;
  pthread_mutex_lock(&mutex);
  range->next = unsynced[fd];
  unsynced[fd] = range;
  pthread_mutex_unlock(&mutex);
}

/// Newest first, so that of overlapping writes the oldest bytes stay.
static void settle(int fd, int is_lost) {
  pthread_mutex_lock(&mutex);
  struct range* range = unsynced[fd];
  unsynced[fd] = NULL;
  pthread_mutex_unlock(&mutex);
  while (range) {
    if (is_lost) {
      memset(range->old + range->old_size, 0, range->size - range->old_size);
      if (REAL(pwrite)(fd, range->old, range->size, range->at) < 0) abort();
    }
    struct range* next = range->next;
    free(range);
    range = next;
  }
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  const int ours = plan.under && !strncmp(path, plan.under, strlen(plan.under));
  if (ours && hit("open")) return -1;
  const int fd = REAL(open)(path, flags, mode);
  if (fd >= 0 && fd < kFdsMax) atomic_store(&counts_as_ours[fd], ours);
  return fd;
}

int close(int fd) {
  if (is_ours(fd)) {
    settle(fd, 0);
    atomic_store(&counts_as_ours[fd], 0);
  }
  return REAL(close)(fd);
}

ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  if (!is_ours(fd)) return REAL(pwritev)(fd, parts, count, at);
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  const int is_hit = hit("pwritev");
  if (is_hit && !plan.is_short) return -1;
  remember_old(fd, at, size);
  if (!is_hit) return REAL(pwritev)(fd, parts, count, at);
  return REAL(pwrite)(fd, parts[0].iov_base, (parts[0].iov_len + 1) / 2, at);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t at) {
  if (is_ours(fd) && hit("pread")) {
    if (!plan.is_short) return -1;
    size = (size + 1) / 2;
  }
  return REAL(pread)(fd, bytes, size, at);
}

#define SYNC(name)                                  \
  int name(int fd) {                                \
    if (!is_ours(fd)) return REAL(name)(fd);        \
    if (hit(#name)) {                               \
      settle(fd, 1);                                \
      errno = plan.error;                           \
      return -1;                                    \
    }                                               \
    const int result = REAL(name)(fd);              \
    if (result == 0) settle(fd, 0);                 \
    return result;                                  \
  }
SYNC(fdatasync)
SYNC(fsync)

int ftruncate(int fd, off_t size) {
  return is_ours(fd) && hit("ftruncate") ? -1 : REAL(ftruncate)(fd, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
  return is_ours(fd) && hit("posix_fallocate") ? plan.error : REAL(posix_fallocate)(fd, at, size);
}
int rename(const char* from, const char* to) { return hit("rename") ? -1 : REAL(rename)(from, to); }
int remove(const char* path) { return hit("remove") ? -1 : REAL(remove)(path); }
int mkdir(const char* path, mode_t mode) { return hit("mkdir") ? -1 : REAL(mkdir)(path, mode); }
int flock(int fd, int how) { return hit("flock") ? -1 : REAL(flock)(fd, how); }

int accept(int fd, struct sockaddr* from, socklen_t* size) {
  return hit("accept") ? -1 : REAL(accept)(fd, from, size);
}
int accept4(int fd, struct sockaddr* from, socklen_t* size, int flags) {
  return hit("accept") ? -1 : REAL(accept4)(fd, from, size, flags);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  return hit("sendmsg") ? -1 : REAL(sendmsg)(fd, message, flags);
}
ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  return hit("recvmsg") ? -1 : REAL(recvmsg)(fd, message, flags);
}
ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  return hit("recv") ? -1 : REAL(recv)(fd, bytes, size, flags);
}
ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  return hit("send") ? -1 : REAL(send)(fd, bytes, size, flags);
}
int socket(int domain, int type, int protocol) {
  return hit("socket") ? -1 : REAL(socket)(domain, type, protocol);
}
