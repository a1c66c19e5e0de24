// Suite: one file of rule tests, read and checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "config/diagnostic.h"
#include "pipeline/settings.h"
#include "rehearse/test_config.h"

namespace tt::rehearse {

struct Suite {
  std::string path;
  /// Files of the configuration under test; the file itself when it holds both; empty: it names
  /// none.
  std::vector<std::string> config;
  bool holds_configuration = false;  ///< The file itself is the first of `config`.
  std::vector<TestConfig> tests;
  config::Node root;  ///< The tests as written, for places of names.
};

/// Whether a file is a configuration, with its tests in it or without.
bool is_configuration(const config::Node& root);

/// The files that `paths` mean: of a folder its `*.test.yaml` and `*.test.yml` by name, or the
/// folder itself when it has none, which read_suite() refuses.
std::vector<std::string> suite_paths(std::span<const std::string> paths, Disk& disk);

/// Reads a file of tests, or a configuration with `tests` in it. Everything that is wrong with it
/// is reported; what could be read is given all the same, so that names can be checked too, and
/// must not be run after errors. Nothing when it is not YAML.
std::optional<Suite> read_suite(const std::string& path, Disk& disk, config::Files& files,
                                config::Diagnostics& diagnostics);
/// The same from a text that comes from no file, such as standard input; `path` names it.
std::optional<Suite> read_suite_text(const std::string& path, const std::string& text,
                                     config::Files& files, config::Diagnostics& diagnostics);

/// Reports every name of an entry, exit or rule that the configuration does not have.
void check_names(const Suite& suite, const pipeline::Settings& settings,
                 config::Diagnostics& diagnostics);

}  // namespace tt::rehearse
