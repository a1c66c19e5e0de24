// Replays over HTTP: preview, begin, progress, cancel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "api/request.h"

namespace tt::api {

/// Members of the body of a POST, separated by spaces as in Route.
inline constexpr std::string_view kReplayMembers =
    "since until where rate allow_paging allow_removed dry_run";

/// POST /api/v1/exits/{name}/replay: begins one (202), or with `dry_run` tells what it would send.
void begin_replay(pipeline::Daemon& daemon, const std::string& exit, const Request& request,
                  net::Responder responder);
/// GET of the same: the one that runs, else the newest.
void show_replay(pipeline::Daemon& daemon, const std::string& exit, net::Responder responder);
/// DELETE of the same; a handler of its own.
void cancel_replay(pipeline::Daemon& daemon, const Request& request, net::Responder responder);

}  // namespace tt::api
