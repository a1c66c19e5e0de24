// The guard in front of the API: who may ask, from where, and in which form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "net/http_server.h"
#include "pipeline/settings.h"

namespace tt::api {

/// The refusal, or nothing. 403: the Host is neither a listen address nor `localhost` nor in
/// `api.hosts` (DNS rebinding), or an Origin is foreign. 401: `api.auth`.
std::optional<net::HttpAnswer> guard(const pipeline::Settings& settings,
                                     const net::HttpRequest& request);
/// For paths that are there. 415: a state change that is not JSON, which a foreign page could send
/// without asking.
std::optional<net::HttpAnswer> guard_change(const net::HttpRequest& request);

}  // namespace tt::api
