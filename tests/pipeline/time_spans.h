// Spans that tests let pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace tt::pipeline {

constexpr std::int64_t kMinute = 60 * kNsPerSec, kHour = 60 * kMinute;

}  // namespace tt::pipeline
