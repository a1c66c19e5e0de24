// LetterFilter: which dead letters of an exit are meant, from a query or a body.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "api/request.h"
#include "tunnel/tunnel.h"

namespace tt::api {

struct LetterFilter {
  std::string reason = {};  ///< Empty: any.
  tunnel::Seq seq = 0;      ///< Events from here on.
  WallNs last_ns = 0;       ///< Whose last attempt was then or later.
  std::uint64_t after = 0;
  std::size_t limit = 0;

  bool fits(const tunnel::DeadLetter& letter) const {
    return (reason.empty() || letter.reason == reason) && letter.seq >= seq &&
           letter.last_ns >= last_ns;
  }
};

/// Of GET; kReject for a reason that is none.
Result<LetterFilter> filter_of_query(const Request& request, pipeline::Daemon& daemon);
/// Of the body of a bulk request; strictly, since a misspelt filter would mean all letters.
Result<LetterFilter> filter_of_body(const std::string& body, pipeline::Daemon& daemon);

}  // namespace tt::api
