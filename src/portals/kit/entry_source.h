// EntrySource: what brings the stream of an entry from inside the daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"

namespace tt::portals {

/// Lives for one run. What it sends is decoded by its portal like the bytes of a connection, and
/// what decode() replies is heard.
class EntrySource {
 public:
  /// Whole lines, decoded together. One call at a time.
  using Send = std::function<void(std::string_view lines)>;

  virtual ~EntrySource() = default;
  /// Until stop(); another end is a failure, and another source runs later.
  virtual Status run(const Send& send) = 0;
  virtual void hear(std::string_view reply) = 0;  ///< Any thread; may come within `send`.
  virtual void stop() = 0;                        ///< Any thread, at any time; returns at once.
};

}  // namespace tt::portals
