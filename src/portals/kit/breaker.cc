// What answers do to the breaker.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/breaker.h"

#include "portals/kit/backoff.h"

namespace tt::portals {

void Breaker::on_success() {
  failures_ = 0;
  step_ = 0;
  is_probing_ = false;
  if (is_open_) {
    is_open_ = false;
    window_ = 1;
  } else if (window_ > 0 && ++window_ > window_max_) {
    window_ = 0;  // One more for each success doubles it with each round.
  }
}

void Breaker::on_failure(SteadyNs now) {
  if (is_open_) {
    // Requests that left before it opened say nothing new.
    if (is_probing_) open(now);
    return;
  }
  if (++failures_ >= kFailuresToOpen || window_ > 0) open(now);
}

void Breaker::on_misconfigured(SteadyNs now) {
  if (!is_open_ || is_probing_) open(now);
}

void Breaker::open(SteadyNs now) {
  is_open_ = true;
  is_probing_ = false;
  window_ = 0;
  const std::int64_t step_ns = Backoff(kProbeNsMin, kProbeNsMax).ceiling_ns(++step_);
  next_probe_ns_ =
      now + step_ns +
      static_cast<std::int64_t>(random_->below(static_cast<std::uint64_t>(step_ns / 10)));
}

}  // namespace tt::portals
