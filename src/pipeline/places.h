// Where portals and their options stand in a configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "config/parse.h"

namespace tt::pipeline {

/// Where the portal `name` of `group` (`entries` or `exits`) was written.
config::Mark place_of(const config::Node& root, std::string_view group, std::string_view name);
/// Where its option was written, else the portal.
config::Mark place_of_option(const config::Node& root, std::string_view group,
                             std::string_view name, std::string_view option);

}  // namespace tt::pipeline
