// Replaces `operator new` of this test program by one that counts.
// SPDX-License-Identifier: Apache-2.0
#include "allocations.h"

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TT_HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TT_HAS_SANITIZER 1
#endif
#endif

#ifdef TT_HAS_SANITIZER

namespace tt::rules {
std::optional<std::size_t> allocations_so_far() { return std::nullopt; }
}  // namespace tt::rules

#else

namespace {
thread_local std::size_t count = 0;

void* counted(void* memory) {
  ++count;
  if (memory == nullptr) std::abort();  // A test that runs out of memory has nothing to tell.
  return memory;
}
}  // namespace

namespace tt::rules {
std::optional<std::size_t> allocations_so_far() { return count; }
}  // namespace tt::rules

// The other forms, of arrays and without exceptions, call these by default.
void* operator new(std::size_t bytes) { return counted(std::malloc(bytes == 0 ? 1 : bytes)); }
void* operator new(std::size_t bytes, std::align_val_t align) {
  const auto boundary = static_cast<std::size_t>(align);
  return counted(std::aligned_alloc(boundary, (bytes + boundary - 1) / boundary * boundary));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#endif
