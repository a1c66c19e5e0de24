// What `vortex check` says about rule tests: all that `vortex test` would refuse, and no test runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/disk.h"
#include "config/diagnostic.h"
#include "pipeline/settings.h"

namespace tt::rehearse {

/// Whether the file holds tests and is no configuration itself. An unreadable one is neither.
bool is_test_file(const std::string& path, Disk& disk);

/// The tests that stand in the files of a configuration. `settings` may be null, after errors:
/// names are not checked then.
void check_own_tests(std::span<const std::string> paths, const pipeline::Settings* settings,
                     Disk& disk, config::Files& files, config::Diagnostics& diagnostics);

/// A file of tests against the configuration that it names, whose own diagnostics are reported too;
/// against `settings` when they are given.
void check_test_file(const std::string& path, const pipeline::Settings* settings, Disk& disk,
                     config::Files& files, config::Diagnostics& diagnostics);

}  // namespace tt::rehearse
