// Bounded decoding and plain encoding with zlib and libzstd.
// SPDX-License-Identifier: Apache-2.0
#include "net/compress.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "base/result.h"
#include "base/text.h"

namespace tt::net {

namespace {

constexpr int kAnyZlibOrGzip = 15 + 32;  // zlib.h, inflateInit2: window bits, + 32 detects.
constexpr int kRawDeflate = -15;
constexpr int kGzip = 15 + 16;
constexpr std::size_t kFirstStepBytes = 16u << 10;

// Hands out room in steps that double, never beyond one byte more than the bound: that byte is how
// "exactly the bound" and "more than the bound" are told apart.
class Room {
 public:
  Room(std::string& bytes, std::size_t bytes_max) : bytes_(bytes), limit_(bytes_max + 1) {}

  bool is_full() const { return used_ == limit_; }
  char* data() { return bytes_.data() + used_; }
  std::size_t size() {  // Grows when nothing is left.
    if (used_ == bytes_.size()) {
      bytes_.resize(std::min(limit_, std::max(bytes_.size() * 2, kFirstStepBytes)));
    }
    return bytes_.size() - used_;
  }
  void use(std::size_t n) { used_ += n; }
  void finish() { bytes_.resize(used_); }

 private:
  std::string& bytes_;
  std::size_t limit_;
  std::size_t used_ = 0;
};

struct InflateEnd {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};

// One inflater a thread: its window is 32 KiB, which is dear to allocate for each small body.
z_stream* inflater(int window_bits) {
  thread_local std::unique_ptr<z_stream, InflateEnd> stream;
  if (!stream) {
    auto fresh = std::make_unique<z_stream>();
    if (inflateInit2(fresh.get(), window_bits) != Z_OK) return nullptr;
    stream.reset(fresh.release());
  } else if (inflateReset2(stream.get(), window_bits) != Z_OK) {
    return nullptr;
  }
  return stream.get();
}

Decoded failed(DecodeFailure failure) { return {failure, {}}; }

Decoded inflate_all(std::string_view bytes, int window_bits, std::size_t bytes_max) {
  z_stream* stream = inflater(window_bits);
  if (!stream) return failed(DecodeFailure::kDamaged);
  Decoded decoded;
  Room room(decoded.bytes, bytes_max);
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream->avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    if (room.is_full()) return failed(DecodeFailure::kTooLarge);
    const std::size_t offered = room.size();
    stream->next_out = reinterpret_cast<Bytef*>(room.data());
    stream->avail_out = static_cast<uInt>(offered);
    const int code = inflate(stream, Z_NO_FLUSH);
    room.use(offered - stream->avail_out);
    if (code == Z_STREAM_END) {
      if (stream->avail_in == 0) break;
      // RFC 1952 section 2.2: a gzip file is a series of members.
      if (window_bits != kAnyZlibOrGzip || *stream->next_in != 0x1f) {
        return failed(DecodeFailure::kDamaged);
      }
      if (inflateReset(stream) != Z_OK) return failed(DecodeFailure::kDamaged);
    } else if (code != Z_OK || (stream->avail_in == 0 && stream->avail_out != 0)) {
      return failed(DecodeFailure::kDamaged);
    }
  }
  room.finish();
  if (decoded.bytes.size() > bytes_max) return failed(DecodeFailure::kTooLarge);
  return decoded;
}

Decoded decode_deflate(std::string_view bytes, std::size_t bytes_max) {
  Decoded decoded = inflate_all(bytes, 15, bytes_max);
  // "deflate" means zlib framing (RFC 9110 section 8.4.1.2), yet some senders leave it away.
  if (decoded.failure == DecodeFailure::kDamaged) {
    decoded = inflate_all(bytes, kRawDeflate, bytes_max);
  }
  return decoded;
}

struct ZstdEnd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// RFC 8878 section 3.1.1.1.2 recommends decoders to support windows of 8 MiB; more is accepted only
// when the bound itself is larger.
int window_log_max(std::size_t bytes_max) {
  return std::clamp(static_cast<int>(std::bit_width(bytes_max)), 23, 27);
}

Decoded decode_zstd(std::string_view bytes, std::size_t bytes_max) {
  thread_local std::unique_ptr<ZSTD_DCtx, ZstdEnd> context(ZSTD_createDCtx());
  if (!context) return failed(DecodeFailure::kDamaged);
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window_log_max(bytes_max));
  Decoded decoded;
  Room room(decoded.bytes, bytes_max);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size || left != 0) {
    if (room.is_full()) return failed(DecodeFailure::kTooLarge);
    const std::size_t offered = room.size();  // Before data(): it may grow.
    ZSTD_outBuffer out{room.data(), offered, 0};
    const std::size_t before = in.pos;
    left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left)) {
      const bool is_window = ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge;
      return failed(is_window ? DecodeFailure::kTooLarge : DecodeFailure::kDamaged);
    }
    room.use(out.pos);
    if (out.pos == 0 && in.pos == before && left != 0) return failed(DecodeFailure::kDamaged);
  }
  room.finish();
  if (decoded.bytes.size() > bytes_max) return failed(DecodeFailure::kTooLarge);
  return decoded;
}

}  // namespace

Decoded decode_content(std::string_view coding, std::string_view bytes,
                       std::size_t decoded_bytes_max) {
  coding = trim(coding);
  if (coding.empty() || equal_ignoring_case(coding, "identity")) {
    if (bytes.size() > decoded_bytes_max) return failed(DecodeFailure::kTooLarge);
    return {DecodeFailure::kNone, std::string(bytes)};
  }
  if (bytes.size() > (1u << 30)) return failed(DecodeFailure::kTooLarge);  // zlib counts in uInt.
  decoded_bytes_max = std::min<std::size_t>(decoded_bytes_max, 1u << 30);
  if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) {
    return inflate_all(bytes, kAnyZlibOrGzip, decoded_bytes_max);
  }
  if (equal_ignoring_case(coding, "deflate")) return decode_deflate(bytes, decoded_bytes_max);
  if (equal_ignoring_case(coding, "zstd")) return decode_zstd(bytes, decoded_bytes_max);
  return failed(DecodeFailure::kUnknownCoding);
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  TT_ASSERT(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8,
                         Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  TT_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_frame(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
  TT_ASSERT(!ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

}  // namespace tt::net
