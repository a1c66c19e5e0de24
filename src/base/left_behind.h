// What a thread that does not end still uses, kept until the process ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace tt {

/// Never destroyed, and no leak to tools: something still leads to it. Any thread.
void leave_behind(void* object);

template <class T>
void leave_behind(std::unique_ptr<T> object) {
  leave_behind(static_cast<void*>(object.release()));
}

}  // namespace tt
