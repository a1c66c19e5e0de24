// A line that ends in a carriage return and is erased at the end.
// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace tt::cli {
namespace {

constexpr std::int64_t kPatienceNs = kNsPerSec;
constexpr std::int64_t kPauseNs = 200 * kNsPerMs;

}  // namespace

Progress::Progress(Clock& clock)
    : clock_(clock),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      next_ns_(clock.steady_ns() + kPatienceNs) {}

void Progress::show(double done, std::string_view text) {
  if (!is_terminal_) return;
  const SteadyNs now = clock_.steady_ns();
  if (now < next_ns_) return;
  next_ns_ = now + kPauseNs;
  is_shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%3.0f %%  %s", done * 100, std::string(text).c_str());
  std::fflush(stderr);
}

void Progress::end() {
  if (!is_shown_) return;
  is_shown_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace tt::cli
