// The table of HTTP statuses, and the verdict that follows from a plain answer.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/verdict.h"

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"
#include "portals/kit/retry_after.h"

namespace tt::portals {
namespace {

constexpr std::size_t kExcerptBytesMax = 200;

/// The start of an answer on one line, for people.
std::string excerpt(std::string_view body) {
  return printable(clip_bytes(trim(body), kExcerptBytesMax));
}

}  // namespace

std::string_view to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kDelivered:
      return "delivered";
    case VerdictKind::kRetry:
      return "retry";
    case VerdictKind::kRejected:
      return "rejected";
    case VerdictKind::kMisconfigured:
      return "misconfigured";
  }
  return "unknown";
}

VerdictKind verdict_of_status(int status, bool url_has_holes) {
  if (status == 0) return VerdictKind::kRetry;
  if (status >= 200 && status < 300) return VerdictKind::kDelivered;
  if (status >= 300 && status < 400) return VerdictKind::kMisconfigured;
  if (status >= 500 && status < 600) return VerdictKind::kRetry;
  switch (status) {
    case 401:
    case 403:
    case 407:
      return VerdictKind::kMisconfigured;
    case 404:
    case 410:
      return url_has_holes ? VerdictKind::kRejected : VerdictKind::kMisconfigured;
    case 408:
    case 425:
    case 429:
      return VerdictKind::kRetry;
    default:
      return VerdictKind::kRejected;
  }
}

std::string answer_text(const ExitAnswer& answer) {
  if (answer.status == 0) return answer.error.empty() ? "no answer" : answer.error;
  std::string text = "HTTP " + std::to_string(answer.status);
  if (const auto phrase = net::reason_phrase(answer.status); phrase != "Unknown")
    text.append(" ").append(phrase);
  if (const std::string said = excerpt(answer.body); !said.empty()) text += ": " + said;
  return text;
}

Verdict verdict_of_answer(const ExitAnswer& answer, bool url_has_holes, WallNs now_ns) {
  if (answer.status == 0) {
    return {.kind = answer.is_misconfigured ? VerdictKind::kMisconfigured : VerdictKind::kRetry,
            .text = answer_text(answer)};
  }
  Verdict verdict{.kind = verdict_of_status(answer.status, url_has_holes)};
  if (verdict.kind == VerdictKind::kDelivered) return verdict;
  verdict.text = answer_text(answer);
  if (answer.status >= 300 && answer.status < 400)
    verdict.text += "; redirects are not followed, configure the address it points to";
  if (verdict.kind == VerdictKind::kRetry) verdict.retry_after_ns = asked_pause_ns(answer, now_ns);
  return verdict;
}

}  // namespace tt::portals
