// YAML values of a test file: what their author cannot have meant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.h"
#include "config/node.h"

namespace tt::rehearse {

/// Reports what YAML made of a value and its author cannot have meant, at every depth; false when
/// it must not be used.
bool check_value(const config::Node& node, const config::Files& files,
                 config::Diagnostics& diagnostics);

}  // namespace tt::rehearse
