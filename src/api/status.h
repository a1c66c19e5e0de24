// Handlers that tell the state of the daemon, its entries, exits and dead letters, and change it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "api/request.h"

namespace tt::api {

/// What a person should look at although events are accepted, or why they are not; a sentence each.
/// A dead exit is none of it: `exits` tells.
std::vector<std::string> degraded(pipeline::Daemon& daemon);

// Each serves one route of api.cc; `request.path` is what follows the route's prefix.
void show_status(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void list_entries(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void list_exits(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void change_exit(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void list_rules(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void show_config_text(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void show_config(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void reload(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void list_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder);
void change_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder);

}  // namespace tt::api
