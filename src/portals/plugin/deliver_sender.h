// The sender of exits whose plugin delivers by itself: a thread of its own, and a watch over it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "portals/kit/exit.h"
#include "portals/plugin/instance.h"

namespace tt::portals::plugin {

/// Answers with what verdicts_of() reads. A call that outlives `timeout` of the exit is given up:
/// its events are tried again once it has returned, and until then nothing else is delivered. A
/// thread that never returns is left behind at the end.
std::unique_ptr<ExitSender> make_deliver_sender(std::shared_ptr<Instance> instance,
                                                const ExitCommon& common, const ExitSeams& seams);

}  // namespace tt::portals::plugin
