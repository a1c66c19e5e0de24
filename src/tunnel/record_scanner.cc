// The walk over records: trust a good header's length, else look for the next magic.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/record_scanner.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "tunnel/block_read.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kWindowBytes = 256u << 10;  // It stays in a core's own cache.

std::uint64_t align_up(std::uint64_t position) {
  return (position + kRecordAlign - 1) / kRecordAlign * kRecordAlign;
}

}  // namespace

RecordScanner::RecordScanner(File& file, std::uint32_t seed, std::uint64_t begin, std::uint64_t end,
                             Seq expected)
    : file_(file), seed_(seed), position_(align_up(begin)), end_(end), expected_(expected) {}

void RecordScanner::seek(std::uint64_t begin, Seq expected) {
  position_ = align_up(begin);
  expected_ = expected;
  damage_begin_.reset();
  traces_end_ = 0;
}

Result<std::optional<Record>> RecordScanner::next() {
  while (position_ + kFrameBytes <= end_) {
    TT_CHECK(fill(position_, kFrameBytes));
    const auto frame = decode_frame(at(position_), seed_, position_);
    if (!frame || !is_plausible(*frame)) {
      open_damage_at(position_);
      TT_CHECK(skip_to_magic());
      continue;
    }
    const std::uint64_t bytes = record_bytes(frame->body_bytes);
    if (position_ + kFrameBytes + frame->body_bytes > end_) {  // Cut off: the end is the damage.
      open_damage_at(position_);
      traces_end_ = end_;
      TT_CHECK(skip_to_magic());
      continue;
    }
    TT_CHECK(fill(position_, kFrameBytes + frame->body_bytes));
    Record record{*frame, position_, {at(position_) + kFrameBytes, frame->body_bytes}};
    if (crc32c(record.body) != frame->body_crc) {
      open_damage_at(position_);
      traces_end_ = position_ + bytes;
      position_ += bytes;
      continue;
    }
    close_damage(record);
    position_ += bytes;
    expected_ = frame->seq + (frame->type == RecordType::kEvent ? 1 : 0);
    return std::optional(record);
  }
  return std::optional<Record>();
}

// A frame under our salt cannot be forged; one that goes back in seq was left by a write that was
// undone, and later bytes have replaced what it described.
bool RecordScanner::is_plausible(const Frame& frame) const { return frame.seq >= expected_; }

void RecordScanner::open_damage_at(std::uint64_t position) {
  if (!damage_begin_) damage_begin_ = position;
  if (planted("truncate-on-rot")) end_ = position;
}

void RecordScanner::close_damage(const Record& record) {
  const bool jumps = expected_ != 0 && record.frame.seq > expected_;
  const bool starts = is_start(record.frame);
  if (damage_begin_ || (jumps && !starts)) {
    // Across a start marker the lost seqs cannot be told from those that were jumped over.
    const Seq first = jumps ? expected_ : record.frame.seq;
    damages_.push_back({damage_begin_.value_or(record.position), record.position, first,
                        starts ? first : record.frame.seq});
  }
  damage_begin_.reset();
  traces_end_ = 0;
}

// Moves on by at least one step, to the next place where a frame could begin.
Status RecordScanner::skip_to_magic() {
  position_ += kRecordAlign;
  while (position_ + kFrameBytes <= end_) {
    TT_CHECK(fill(position_, kFrameBytes));
    const std::uint64_t last = std::min(window_at_ + window_bytes_, end_) - kFrameBytes;
    for (; position_ <= last; position_ += kRecordAlign) {
      if (load<std::uint32_t>(at(position_)) == kRecordMagic) return {};
    }
  }
  return {};
}

// Makes [position, position + bytes) readable through at().
Status RecordScanner::fill(std::uint64_t position, std::size_t bytes) {
  if (position >= window_at_ && position + bytes <= window_at_ + window_bytes_) return {};
  const auto count = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max(bytes, kWindowBytes), end_ - position));
  if (window_.size() < count) window_.resize(count);
  window_at_ = position;
  window_bytes_ = 0;
  TT_TRY(const std::uint64_t unreadable_end,
         read_what_can_be_read(file_, {window_.data(), count}, position));
  unreadable_end_ = std::max(unreadable_end_, unreadable_end);
  window_bytes_ = count;
  return {};
}

}  // namespace tt::tunnel
