// What several exits ask of an event on its way out: its time, a key that fits, whether a page
// answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"

namespace tt::portals {

/// When it happened: the event's timestamp, else when it came.
inline WallNs time_of(const OutgoingEvent& event) {
  const auto time = parse_time(event.event.text("timestamp"));
  return time ? *time : event.meta.received_ns;
}

/// A key for services that limit theirs: the same text for the same key, other texts for other
/// keys. A key that is too long keeps its beginning and ends in `#` and its SHA-256. `bytes_max` is
/// at least 65.
inline std::string short_key(std::string_view key, std::size_t bytes_max) {
  if (key.size() <= bytes_max) return std::string(key);
  const std::string digest = "#" + hex(as_text(sha256(key)));
  return std::string(clip_bytes(key, bytes_max - digest.size())) + digest;
}

/// verdict_of_answer, for services that never answer with a web page: a success that brings one
/// comes from a proxy's login or from a wrong address, and nothing was delivered.
inline Verdict verdict_unless_page(const ExitAnswer& answer, bool url_has_holes, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, url_has_holes, now_ns);
  if (verdict.kind != VerdictKind::kDelivered || !trim(answer.body).starts_with('<'))
    return verdict;
  verdict.kind = VerdictKind::kMisconfigured;
  verdict.text = answer_text(answer) + "; a web page: the address is another server's";
  return verdict;
}

}  // namespace tt::portals
