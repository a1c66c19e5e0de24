// What fsck has found, as text for people and as JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tunnel/fsck.h"

namespace tt::vortex {

/// Tables, then each damage; the last line says whether all is fine, what is wrong and what to do.
std::string print_fsck(const std::string& folder, const tunnel::FsckReport& report);
/// One JSON object; `repaired` becomes its member of that name when it is not null.
std::string fsck_json(const std::string& folder, const tunnel::FsckReport& report,
                      const std::vector<std::string>* repaired);

}  // namespace tt::vortex
