// TailFiles: which files an entry reads as they grow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tt::net {

struct TailFiles {
  std::vector<std::string> patterns;  ///< With `*`, `?` and `[...]` as in glob(7).
  std::vector<std::string> excluded;  ///< The same: what matches one of them is left alone.
  /// Of files that are there when a pattern is first heard of. Those that come later are always
  /// read from their beginning.
  bool from_beginning = false;
  bool operator==(const TailFiles&) const = default;
};

}  // namespace tt::net
