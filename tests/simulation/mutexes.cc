// The mutexes of this program, as a simulation needs them: who finds one taken lets others run.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <pthread.h>

#include "simulation/scheduler.h"

// std::mutex takes these through the dynamic linker, where a program's own come first. A mutex is
// held over a wait only here and there (a reload, a sync of cursors): a seam for all of them in the
// product would be more than this is worth.
namespace {

using Call = int (*)(pthread_mutex_t*);

Call real(const char* name) { return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name)); }

}  // namespace

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const Call call = real("pthread_mutex_lock");
  tt::simulation::Scheduler* const scheduler = tt::simulation::Scheduler::current();
  if (!scheduler) return call(mutex);
  scheduler->before_lock();
  while (pthread_mutex_trylock(mutex) != 0) scheduler->wait_for_mutex(mutex);
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  static const Call call = real("pthread_mutex_unlock");
  const int result = call(mutex);
  if (tt::simulation::Scheduler* const scheduler = tt::simulation::Scheduler::current())
    scheduler->on_unlock(mutex);
  return result;
}
}
