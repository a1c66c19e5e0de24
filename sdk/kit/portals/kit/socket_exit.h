// For portals of the tree that are compiled as plugins: exits that speak to a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tt_plugin.hpp"
#include "tt_plugin/socket.hpp"

namespace tt::portals {

/// Only that it is an address of a socket: the host reads the rest.
inline Status check_socket_address(std::string_view address) {
  const std::string_view scheme = sdk::socket_scheme(address);
  if (!scheme.empty() && address.size() > scheme.size()) return {};
  return misconfigured("the address begins with tcp://, tls://, udp:// or unix:");
}
inline bool sends_datagrams(std::string_view address) {
  return address.starts_with("udp://") || address.starts_with("unix:");
}

}  // namespace tt::portals
