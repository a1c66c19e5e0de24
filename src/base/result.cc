// The names of error codes, as metrics and logs spell them.
// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace tt {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::kRetry:
      return "retry";
    case Code::kReject:
      return "reject";
    case Code::kMisconfigured:
      return "misconfigured";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kStopped:
      return "stopped";
  }
  assert_failed("a known error code", __FILE__, __LINE__);
}

}  // namespace tt
