// The text in which a generation keeps the files of a configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/settings.h"

namespace tt::pipeline {

/// All files, in order, each below a line that names it.
std::string join_files(std::span<const ConfigText> files);
/// The files again. A masked secret may begin with an `x` instead of an asterisk, so that YAML
/// takes it for a text. What is not in the form of join_files() comes back as one file.
std::vector<ConfigText> split_files(std::string_view text);

}  // namespace tt::pipeline
