// What a file system is worth to data that must last.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tt {

/// A clause for a warning ("this is a network file system: ..."), or nothing where a sync and a
/// lock are worth what they promise. `magic` is the `f_type` of statfs(2).
std::string_view remark_on_file_system(std::uint32_t magic);
/// The same for the file system that a folder stands on, or will when it is made. Nothing when the
/// kernel does not tell.
std::string_view remark_on_folder(const std::string& path);

}  // namespace tt
