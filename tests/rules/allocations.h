// How often a thread has asked for memory: what "allocates nothing" is measured by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

namespace tt::rules {

/// Calls of `operator new` by this thread since it began. Nothing in builds with a sanitizer, which
/// brings an allocator of its own.
std::optional<std::size_t> allocations_so_far();

}  // namespace tt::rules
