// What portals claim for themselves: paths, addresses and files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "config/parse.h"
#include "pipeline/settings.h"

namespace tt::pipeline {

/// Reports what two portals claim, what nobody may claim, and addresses that are none.
void check_claims(const Settings& settings, const config::Node& root,
                  config::ParseContext& context);

/// Whether the HTTP API answers below this path where it shares its listener with entries.
bool is_path_of_api(std::string_view path);

}  // namespace tt::pipeline
