// Chance from the kernel, and the seeded generator of tests.
// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/result.h"

namespace tt {
namespace {

class SystemRandom final : public Random {
 public:
  // One system call a number: keys, salts and jitter are rare, and nothing is left in memory.
  std::uint64_t next() override {
    std::uint64_t value = 0;
    ssize_t got = 0;
    do {
      got = getrandom(&value, sizeof value, 0);
    } while (got < 0 && errno == EINTR);
    TT_ASSERT(got == sizeof value);
    return value;
  }
};

}  // namespace

void Random::fill(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t value = next();
    const std::size_t count = std::min(bytes.size(), sizeof value);
    std::memcpy(bytes.data(), &value, count);
    bytes = bytes.subspan(count);
  }
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014), figure 16. The
// counter moves atomically, so threads may share one generator.
std::uint64_t SeededRandom::next() {
  constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15;
  std::uint64_t z = __atomic_add_fetch(&state_, kGamma, __ATOMIC_RELAXED);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace tt
