// What a reply of Redis means for an event, by the first word of an error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hiredis/hiredis.h>

#include <string_view>

#include "tt_plugin.hpp"

namespace tt::broker::redis {

/// kMisconfigured: credentials, wrong node, old server. kReject: this key or this value. kRetry:
/// what heals, and every word that is not known here (proxies have their own).
Error error_of(std::string_view text);

/// A verdict for one reply. Entries of streams have a reference: their id.
portals::Verdict verdict_of(const redisReply& reply);

/// After a failover this connection leads to the wrong server: another one may not.
bool is_of_wrong_server(std::string_view text);

std::string_view text_of(const redisReply& reply);

}  // namespace tt::broker::redis
