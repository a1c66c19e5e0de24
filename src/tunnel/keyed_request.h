// KeyedRequest: what an idempotency key was answered with, in memory and in the keys record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

constexpr std::size_t kKeyBytes = 16;

struct KeyedRequest {
  std::string entry;
  Hash128 key;
  Seq first = 0;
  std::uint32_t count = 0;
  WallNs received_ns = 0;
};

/// The key as it stands in records: 128 bits of its digest under the log's key, so that no sender
/// can make two keys meet.
Hash128 digest_key(std::string_view log_key, std::string_view idempotency_key);
std::string key_text(const Hash128& key);
Hash128 parse_key(std::string_view text);  ///< Of kKeyBytes.

/// Bodies of keys records: one or more per entry, each well below the limit of a body.
std::vector<std::string> encode_keys(std::span<const KeyedRequest> requests);
/// Appends; ignores what does not add up.
void decode_keys(std::string_view body, std::vector<KeyedRequest>& requests);

}  // namespace tt::tunnel
