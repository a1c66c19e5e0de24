// Reads YAML files into Nodes and merges them into one configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "config/diagnostic.h"
#include "config/files.h"
#include "config/node.h"

namespace tt::config {

constexpr std::size_t kYamlBytesMax = 4u << 20;  ///< One file.
constexpr int kYamlDepthMax = 64;
/// Nodes of one file after aliases are expanded: stops "a: &a [*b, *b, ...]" towers.
constexpr std::size_t kYamlNodesMax = 200'000;

/// Reads file `file` of `files`. Reports and gives nothing when the text is not one YAML document;
/// duplicate keys and the like are reported (with both places) and what can be read is given. An
/// empty text is an empty map. `<<` is merged (members written beside it win), aliases are
/// expanded, and members of the top map whose names begin with `x-` are dropped. Never throws,
/// whatever the bytes.
std::optional<Node> read_yaml(const Files& files, int file, Diagnostics& diagnostics);

/// The files that `paths` mean, in order: of a folder its YAML files by name.
std::vector<std::string> yaml_paths(std::span<const std::string> paths, Disk& disk);

/// Adds the texts of `paths` (files; folders mean their *.yaml and *.yml by name) to `files` and
/// reads them; unreadable ones are reported.
std::vector<Node> read_yaml_files(std::span<const std::string> paths, Disk& disk, Files& files,
                                  Diagnostics& diagnostics);

/// One map from several: maps merge by name (a name twice is an error that names both places), at
/// `entries`, `exits` and `let` one level deeper; lists (`rules`) are joined in the order given.
Node merge_files(std::vector<Node> roots, Diagnostics& diagnostics);

}  // namespace tt::config
