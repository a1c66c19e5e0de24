// What the target of an exit begins with whose bytes the host sends to a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tt::sdk {

inline constexpr std::string_view kSocketSchemes[] = {"tcp://", "tls://", "udp://", "unix:"};

/// Of an address of a socket; else empty.
constexpr std::string_view socket_scheme(std::string_view address) {
  for (const std::string_view scheme : kSocketSchemes)
    if (address.starts_with(scheme)) return scheme;
  return {};
}

}  // namespace tt::sdk
