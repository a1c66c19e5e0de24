// Whether a request asks for this daemon by a name of its own: what stands against DNS rebinding.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/settings.h"

namespace tt::pipeline {

/// The hosts of all listen addresses and of `api.hosts`.
std::vector<std::string> own_hosts(const Settings& settings);
/// `header`: the request's Host, "name:port" or "[::1]:port". This machine's loopback is always
/// ours; a page that names any other host has resolved it itself, maybe to this machine.
bool is_own_host(const std::vector<std::string>& own, std::string_view header);

}  // namespace tt::pipeline
