// OpenSpool: the spool that the options of a command line name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/tictoc/spool.h"
#include "base/metrics.h"
#include "base/result.h"
#include "tunnel/spool.h"

namespace tt::tictoc {

/// kReject, with the way out, for a size too small or no folder to be found.
Result<tunnel::SpoolOptions> spool_options(const SpoolArguments& arguments);

/// Prints the error; the exit code for it.
int failed_spool(const Error& error);

/// The body of a request.
std::string ndjson_of(const std::vector<std::string>& events);

/// A spool and what it needs around it. A failed sync ends the process with 74.
class OpenSpool {
 public:
  /// Says on a terminal that it waits for another sender.
  Status open(tunnel::SpoolOptions options);
  /// Lets other senders have it.
  void close() { spool_.reset(); }
  bool is_open() const { return spool_ != nullptr; }
  tunnel::Spool* operator->() { return spool_.get(); }

 private:
  Metrics metrics_;
  std::unique_ptr<tunnel::Spool> spool_;
};

}  // namespace tt::tictoc
