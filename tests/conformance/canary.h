// What secrets are in the tests of conformance: it must never be seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tt::portals::test {

constexpr std::string_view kCanary = "CANARY-7f3a9c";

}  // namespace tt::portals::test
