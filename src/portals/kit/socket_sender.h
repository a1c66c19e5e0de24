// The sender of exits that speak no HTTP: bytes over TCP, TLS, UDP or a unix socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "portals/kit/common.h"

namespace tt::portals {

// Of exit.h, which includes this file for its templates.
struct ExitSeams;
class ExitSender;

/// Sends each request's body to `address`, as net::parse_listen() reads it; over UDP as one
/// datagram. What the kernel takes counts as delivered: these protocols say nothing back.
std::unique_ptr<ExitSender> make_socket_sender(std::string_view address, const ExitCommon& common,
                                               const ExitSeams& seams);

/// Whether each request is a datagram of its own there: UDP, and unix sockets, which exits take for
/// those of syslog.
bool sends_datagrams(std::string_view address);

/// For a portal's check(): that the address can be understood and has a port.
Status check_socket_address(std::string_view address);

}  // namespace tt::portals
