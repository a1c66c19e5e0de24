// How long a secret that stands in a configuration is at least.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace tt::config {

/// Shorter ones are guessed at once, and masking them would blacken half of every text.
constexpr std::size_t kSecretBytesMin = 4;

}  // namespace tt::config
