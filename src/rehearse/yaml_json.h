// YAML values as JSON: events and bodies that are written into a test file, and values in reports.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/diagnostic.h"
#include "config/node.h"

namespace tt::rehearse {

/// JSON text on one line. Plain scalars keep their types, numbers their spelling; references and
/// tags mean nothing here.
std::string json_of(const config::Node& node);

/// Reports what YAML made of a value and its author cannot have meant, at every depth; false when
/// it must not be used.
bool check_value(const config::Node& node, const config::Files& files,
                 config::Diagnostics& diagnostics);

}  // namespace tt::rehearse
