// What commands begin with: a configuration from their options, a time, standard input.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "apps/vortex/commands.h"
#include "base/clock.h"
#include "pipeline/decision.h"
#include "pipeline/settings.h"

namespace tt::vortex {

pipeline::ConfigSource source_of(const ConfigArguments& arguments);

/// Which diagnostics of a configuration are told on stderr, as `vortex check` words them.
enum class Tell : unsigned char { kAll, kErrorsOnly };

/// `settings` are null after errors.
pipeline::LoadedConfig load_config(const pipeline::ConfigSource& source, Tell tell);

/// `text` of --received, else now; nothing, and told on stderr, when it is no time.
std::optional<WallNs> parse_received(const std::string& text);

std::string read_stdin();

/// Says on stderr what went wrong, and gives kFailed.
int fail(const std::string& text);
/// The same, and gives the exit code of the error.
int fail(const Error& error);

}  // namespace tt::vortex
