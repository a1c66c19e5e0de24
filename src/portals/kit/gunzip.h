// Gunzip: what senders compress inside of their protocol, with a bound on what comes out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tt::portals {

/// One gzip member or several, one behind the other. kReject with the reason when they are damaged
/// or hold more than `bytes_max`; a bomb costs no more memory than that.
Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

}  // namespace tt::portals
