// Gap record: says in the log itself which seqs damage has taken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tunnel/record_format.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

constexpr std::size_t kGapBodyBytes = 24;

/// The body of a kGap record; `base_seq` names the segment that had the events.
inline std::string encode_gap(const Gap& gap, Seq base_seq) {
  std::string body(kGapBodyBytes, '\0');
  store(body.data(), gap.first);
  store(body.data() + 8, gap.next);
  store(body.data() + 16, base_seq);
  return body;
}

/// Nothing when the body is shorter than one.
inline std::optional<Gap> decode_gap(std::string_view body) {
  if (body.size() < kGapBodyBytes) return std::nullopt;
  return Gap{load<std::uint64_t>(body.data()), load<std::uint64_t>(body.data() + 8)};
}

}  // namespace tt::tunnel
