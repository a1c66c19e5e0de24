// The decoder of HTTP bodies, for bytes that came otherwise.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/gunzip.h"

#include <utility>

#include "base/units.h"
#include "net/compress.h"

namespace tt::portals {

Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max) {
  net::Decoded decoded = net::decode_content("gzip", bytes, bytes_max);
  if (decoded.failure == net::DecodeFailure::kNone) return std::move(decoded.bytes);
  if (decoded.failure == net::DecodeFailure::kTooLarge)
    return reject("more than " + format_size(bytes_max) +
                  " when unpacked; make the sender's chunks smaller");
  return reject("this is no gzip, or it is damaged");
}

}  // namespace tt::portals
