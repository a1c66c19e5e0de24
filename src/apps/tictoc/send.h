// Sending events as `send` does, for commands that make them of something else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "apps/tictoc/client.h"
#include "apps/tictoc/spool.h"

namespace tt::tictoc {

/// `body` to the daemon, or as `spool` says; prints what became of it and gives the exit code.
/// `file`: where it was read from, as shown in messages; then it is NDJSON, else one JSON object.
int send_body(const SpoolArguments& spool, const Common& common, const std::string& body,
              std::string_view file = {});

}  // namespace tt::tictoc
