// The n-th call of the disk fails, for every n: an error is answered, or nothing is lost.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/scale.h"
#include "tunnel/stories.h"

namespace tt::tunnel {
namespace {

using Op = MemoryDisk::Op;

struct Failure {
  std::string name;
  Op op;
  Error error;
};

// What the kernel can answer, as the disk's interface passes it on (EINTR and short writes end
// below it: tests/base/disk_test.cc).
std::vector<Failure> failures() {
  std::vector<Failure> all;
  const auto add = [&](const std::string& name, Op op, std::vector<Error> errors) {
    for (Error& error : errors) all.push_back({name + "_" + error.text, op, std::move(error)});
  };
  const Error eio = reject("EIO"), enospc = retry("ENOSPC"), emfile = retry("EMFILE"),
              unreadable = corrupt("EIO");
  add("open", Op::kOpen, {eio, enospc, emfile});
  add("read", Op::kRead, {unreadable});
  add("write", Op::kWrite, {eio, enospc});
  add("sync", Op::kSync, {eio, enospc});
  add("truncate", Op::kTruncate, {eio});
  add("allocate", Op::kAllocate, {eio, enospc});
  add("create_directories", Op::kCreateDirectories, {eio, enospc});
  add("list", Op::kList, {eio, emfile});
  add("rename", Op::kRename, {eio, enospc});
  add("remove", Op::kRemove, {eio});
  add("sync_directory", Op::kSyncDirectory, {eio, enospc});
  return all;
}

class FailingCalls : public testing::TestWithParam<Failure> {
 protected:
  FailingCalls() { log::set_level(log::Level::kOff); }
  ~FailingCalls() override { log::set_level(log::Level::kInfo); }

  // Everything a tunnel does. Refusals are answered and the next thing is tried, as senders do.
  static bool act(World& world, Oracle& oracle) {
    return live(world, oracle, [&](Tunnel& tunnel, Reader& reader, Oracle& o) {
      bool is_fine = true;
      for (const auto& deeds : {commit, rotate, recycle, bury, commit}) {
        if (deeds(tunnel, reader, o)) continue;
        is_fine = false;
        world.clock.advance_ns(kNsPerSec);
      }
      return is_fine;
    });
  }
};

TEST_P(FailingCalls, lose_nothing_that_was_acknowledged) {
  const Failure& failure = GetParam();
  const auto before = [](World& world, Oracle& oracle) {
    return live(world, oracle,
                [](Tunnel& t, Reader& r, Oracle& o) { return commit(t, r, o) && rotate(t, r, o); });
  };
  std::uint64_t calls = 0;
  {
    World world;
    Oracle oracle;
    ASSERT_TRUE(before(world, oracle));
    const std::uint64_t so_far = world.disk.count(failure.op);
    ASSERT_TRUE(act(world, oracle)) << "without a failure everything succeeds";
    calls = world.disk.count(failure.op) - so_far;
  }
  const std::uint64_t step = scaled(10) >= 10 ? 1 : 5;  // Sanitizers: fewer.
  for (std::uint64_t n = 0; n <= calls; n += step) {
    for (const bool is_power_cut : {false, true}) {
      World world;
      Oracle oracle;
      ASSERT_TRUE(before(world, oracle));
      world.disk.fail_next(failure.op, failure.error, n);
      (void)act(world, oracle);
      if (is_power_cut)
        world.disk.crash();
      else
        world.disk.kill();
      oracle.check(world.disk);
      ASSERT_FALSE(HasFailure()) << "call " << n << ", then "
                                 << (is_power_cut ? "a power cut" : "a kill");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, FailingCalls, testing::ValuesIn(failures()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tt::tunnel
