// What can only be said about a configuration as a whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/parse.h"
#include "pipeline/settings.h"

namespace tt::pipeline {

/// Two claims on one path or address, entries that everyone could reach, exits that nothing feeds,
/// rules that cannot match: reported where they were written.
void check_whole(const Settings& settings, const config::Node& root, config::ParseContext& context);

}  // namespace tt::pipeline
