// What can only be said about a configuration as a whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/parse.h"
#include "pipeline/settings.h"

namespace tt::pipeline {

/// Two claims on one path or address, entries that everyone could reach, exits that nothing feeds,
/// rules that cannot match: reported where they were written.
void check_whole(const Settings& settings, const config::Node& root, config::ParseContext& context);

/// Default deny: what strangers can reach says who may send, even if it says `none`. `root` gives
/// the places; it may be empty.
void check_auth(const Settings& settings, const config::Node& root,
                config::Diagnostics& diagnostics);

}  // namespace tt::pipeline
