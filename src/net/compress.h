// Content codings: gzip, deflate and zstd, with a hard bound on what decoding may produce.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tt::net {

enum class DecodeFailure : unsigned char { kNone, kUnknownCoding, kTooLarge, kDamaged };

struct Decoded {
  DecodeFailure failure = DecodeFailure::kNone;
  std::string bytes;
};

/// Removes one content coding: "", identity, gzip, x-gzip, deflate (zlib or raw), zstd; several
/// codings in one header are kUnknownCoding. `decoded_bytes_max` is enforced while decoding, so a
/// bomb costs no more memory than that.
Decoded decode_content(std::string_view coding, std::string_view bytes,
                       std::size_t decoded_bytes_max);
/// gzip for files and requests; `zstd_frame` appends one independent zstd frame.
std::string gzip(std::string_view bytes);
std::string zstd_frame(std::string_view bytes);

}  // namespace tt::net
