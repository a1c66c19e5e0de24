// Verdicts: what an answer means for the event, by one table of HTTP statuses (design.md 6).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tt::portals {

enum class VerdictKind : std::uint8_t {
  kDelivered,
  kRetry,          ///< Network errors, 408 425 429 5xx: the same request again, later.
  kRejected,       ///< This event never: dead letter. A rejected batch is halved first.
  kMisconfigured,  ///< 401 403 407 3xx: breaker opens, event stays, probes until a person mends it.
};
std::string_view to_string(VerdictKind kind);

struct Verdict {
  VerdictKind kind = VerdictKind::kDelivered;
  std::string text;                            ///< For people, redacted: why it is not delivered.
  std::optional<std::int64_t> retry_after_ns;  ///< The other side asked for this pause.
  std::string reference;  ///< What the other side calls it: queue item, message id.
};

/// 404 and 410 mean a wrong address when nothing in the URL comes from the event, else a wrong
/// event. Status 0: no answer came.
VerdictKind verdict_of_status(int status, bool url_has_holes);

}  // namespace tt::portals
