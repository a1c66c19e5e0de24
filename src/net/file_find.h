// Finding files: by patterns, and by what they are when their name is not known any more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tt::net {

struct FoundFile {
  std::string path;
  std::uint64_t device = 0, inode = 0, size = 0;
};
struct FoundFiles {
  std::vector<FoundFile> files;      ///< By path.
  std::vector<std::string> folders;  ///< Where more may come up.
  std::string problem;      ///< A folder that cannot be read or is not there, a missing file.
  bool is_partial = false;  ///< What was not found may be there all the same.
};

/// Regular files, also behind links, that `pattern` (glob(7)) finds and none of `excluded` does;
/// compressed ones, as their name tells, are left out. Reads the disk.
FoundFiles find_files(const std::string& pattern, const std::vector<std::string>& excluded);
/// Of a file that the pattern has found before, and did not now that `is_partial`: false when it is
/// known not to be there. Its size is that of now where that can be seen.
bool may_be_there(FoundFile& file, const std::string& pattern,
                  const std::vector<std::string>& excluded);
/// The path of that file in the folder, whatever its name; empty: it is not there. An error when
/// the folder cannot be read.
Result<std::string> find_inode(const std::string& folder, std::uint64_t device,
                               std::uint64_t inode);
/// Whether the path leads to that file.
bool leads_to(const std::string& path, std::uint64_t device, std::uint64_t inode);

std::string folder_of(const std::string& path);  ///< "." when it names none.

}  // namespace tt::net
