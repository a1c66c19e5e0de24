// Fibers over ucontext, with the words that the address sanitizer wants to hear.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/fiber.h"

#include <sys/mman.h>

#include <utility>
#include <vector>

#include "base/result.h"

#ifdef TT_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace tt::simulation {
namespace {

// Pages that are not touched cost nothing; the first one stays forbidden, to catch an overflow.
constexpr std::size_t kStackBytes = 1u << 20;
constexpr std::size_t kGuardBytes = 4096;

Fiber* coming = nullptr;   // Of the change that is going on.
Fiber* leaving = nullptr;  // Likewise.

// A run starts hundreds of threads: their stacks are used again.
std::vector<char*>& free_stacks() {
  static std::vector<char*> stacks;
  return stacks;
}

char* take_stack() {
  auto& stacks = free_stacks();
  if (!stacks.empty()) {
    char* const stack = stacks.back();
    stacks.pop_back();
    return stack;
  }
  void* const made = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TT_ASSERT(made != MAP_FAILED);
  TT_ASSERT(::mprotect(made, kGuardBytes, PROT_NONE) == 0);
  return static_cast<char*>(made);
}

}  // namespace

Fiber::Fiber(std::function<void()> body)
    : stack_(take_stack()),
      body_(std::move(body)),
      bottom_(stack_ + kGuardBytes),
      bytes_(kStackBytes - kGuardBytes) {
  TT_ASSERT(::getcontext(&context_) == 0);
  context_.uc_stack.ss_sp = stack_ + kGuardBytes;
  context_.uc_stack.ss_size = bytes_;
  ::makecontext(&context_, &Fiber::enter, 0);
}

Fiber::~Fiber() {
  if (stack_) free_stacks().push_back(stack_);
}

void Fiber::change(Fiber& from, Fiber& to, [[maybe_unused]] bool for_good) {
  leaving = &from;
  coming = &to;
#ifdef TT_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(for_good ? nullptr : &from.shadow_, to.bottom_, to.bytes_);
#endif
  ::swapcontext(&from.context_, &to.context_);
  arrive(from);
}

void Fiber::arrive(Fiber& at) {
  (void)at;
#ifdef TT_ADDRESS_SANITIZER
  // The stack of the real thread is known only now, when somebody left it.
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(at.shadow_, &bottom, &bytes);
  if (!leaving->stack_) {
    leaving->bottom_ = bottom;
    leaving->bytes_ = bytes;
  }
#endif
}

void Fiber::enter() {
  Fiber& self = *coming;
  arrive(self);
  self.body_();
  assert_failed("a fiber never returns", __FILE__, __LINE__);
}

}  // namespace tt::simulation
