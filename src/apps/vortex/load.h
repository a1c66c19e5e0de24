// From command line options to a configuration source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vortex/commands.h"
#include "pipeline/settings.h"

namespace tt::vortex {

pipeline::ConfigSource source_of(const ConfigArguments& arguments);

}  // namespace tt::vortex
