// The list of what is never destroyed.
// SPDX-License-Identifier: Apache-2.0
#include "base/left_behind.h"

#include <mutex>
#include <vector>

namespace tt {
namespace {

struct LeftBehind {
  std::mutex mutex;
  std::vector<void*> objects;
};

}  // namespace

void leave_behind(void* object) {
  static LeftBehind& all = *new LeftBehind;  // NOLINT: outlives every thread.
  const std::lock_guard lock(all.mutex);
  all.objects.push_back(object);
}

}  // namespace tt
