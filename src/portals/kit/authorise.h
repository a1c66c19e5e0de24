// Authentication of senders: the `auth` and `allow` options of entries and of the API.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "net/http.h"
#include "portals/kit/common.h"

namespace tt::portals {

/// True when `auth` is empty or any of its ways fits. Bearer and basic are compared in constant
/// time. `client_certificate` holds the SANs of a verified certificate, "DNS:a,URI:b".
bool authorised(std::span<const Auth> auth, const net::Headers& headers,
                std::string_view client_certificate);
/// Whether any of the ways asks for something: an empty list and `none` do not.
bool is_guarded(std::span<const Auth> auth);
/// Whether a web page of another place sends this: browsers say so with `Origin`, programs have
/// none.
bool is_foreign_origin(const net::Headers& headers);
/// True when `allow` is empty or holds the address. Unix sockets are always allowed.
bool allows_peer(const EntryCommon& common, std::string_view peer);

}  // namespace tt::portals
