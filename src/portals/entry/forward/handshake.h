// The handshake of Fluent Forward: both sides prove that they know the shared key.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "portals/entry/forward/msgpack.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::forward {

/// HELO with a nonce, which `state` keeps.
std::string make_helo(StreamState& state);

struct Pong {
  std::string bytes;  ///< Empty: what came was no PING.
  bool is_authorised = false;
};

/// The answer to what came before the connection was authorised: `message` has the elements of a
/// list of `length`.
Pong answer_ping(Values message, std::uint32_t length, const Secret& shared_key,
                 const StreamState& state);

}  // namespace tt::portals::entry::forward
