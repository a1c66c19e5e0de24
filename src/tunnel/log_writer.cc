// Framing, writing, sealing and undoing of groups.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/log_writer.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"

namespace tt::tunnel {
namespace {

// Of a keys record per request, and once for its frame and entry name: an estimate that only
// decides when a segment counts as full.
constexpr std::uint64_t kKeyRowBytes = 36;
constexpr std::uint64_t kKeyRecordOverhead = 256;
constexpr std::uint64_t kWritebackBytes = 1u << 20;

}  // namespace

LogWriter::LogWriter(const LogIdentity& identity, SegmentList& segments, SegmentPool& pool,
                     Clock& clock, std::uint64_t segment_bytes, WriteState state)
    : identity_(identity),
      segments_(segments),
      pool_(pool),
      clock_(clock),
      segment_bytes_(segment_bytes),
      active_(std::move(state.active)),
      position_(state.position),
      synced_(state.position),
      next_seq_(state.end.next_seq),
      last_ns_(state.end.last_ns),
      prev_header_crc_(state.end.header_crc),
      totals_(state.totals),
      keys_(std::move(state.keys)),
      last_end_seq_(state.last_end_seq),
      last_end_position_(state.last_end_position),
      last_number_(state.last_number) {}

// With what a seal would add.
bool LogWriter::fits(std::uint64_t bytes) const {
  const std::uint64_t tail = kSealRecordBytes + 2 * kFrameBytes +
                             (keys_.empty() ? 0 : kKeyRecordOverhead) + keys_.size() * kKeyRowBytes;
  return position_ + bytes + tail <= segment_bytes_;
}

Status LogWriter::prepare(std::uint64_t bytes) {
  if (start_at_) bytes += record_bytes(0);
  if (active_ && totals_.events > 0 && !fits(bytes)) TT_CHECK(seal());
  if (!active_) TT_CHECK(open_next());
  begin_group(bytes);
  if (start_at_) {
    next_seq_ = std::max(next_seq_, start_at_);
    add(RecordType::kMarker, kMarkerStart);
    has_start_ = true;
  }
  return {};
}

void LogWriter::begin_group(std::uint64_t bytes) {
  saved_ = {next_seq_, prev_header_crc_, totals_};
  group_keys_.clear();
  group_ns_ = std::max(last_ns_, clock_.wall_ns());
  used_ = 0;
  if (buffer_bytes_ >= bytes) return;
  buffer_bytes_ = bytes + bytes / 4;
  buffer_ = std::make_unique_for_overwrite<char[]>(buffer_bytes_);
}

char* LogWriter::reserve(std::uint64_t bytes) {
  TT_ASSERT(used_ + bytes <= buffer_bytes_);
  char* at = buffer_.get() + used_;
  used_ += bytes;
  return at;
}

// The body stands at `at` already; what lies between its end and the next record becomes zero.
void LogWriter::finish_record(char* at, Frame frame) {
  frame.synced_upto = synced_;
  frame.time_ns = group_ns_;
  frame.prev_header_crc = prev_header_crc_;
  frame.body_crc = crc32c({at + kFrameBytes, frame.body_bytes});
  const std::uint64_t end = kFrameBytes + frame.body_bytes;
  std::memset(at + end, 0, record_bytes(frame.body_bytes) - end);
  const std::uint64_t offset = static_cast<std::uint64_t>(at - buffer_.get());
  frame.header_crc = encode_frame(at, frame, active_->seed, position_ + offset);
  prev_header_crc_ = frame.header_crc;
  totals_.add(frame);
}

Seq LogWriter::add_event(std::string_view fields_length, std::string_view fields,
                         std::string_view json) {
  const std::size_t body_bytes = fields_length.size() + fields.size() + json.size();
  char* at = reserve(record_bytes(body_bytes));
  char* body = at + kFrameBytes;
  body += fields_length.copy(body, fields_length.size());
  body += fields.copy(body, fields.size());
  json.copy(body, json.size());
  finish_record(at, {.body_bytes = static_cast<std::uint32_t>(body_bytes), .seq = next_seq_});
  return next_seq_++;
}

void LogWriter::add(RecordType type, std::uint16_t flags, std::string_view body) {
  char* at = reserve(record_bytes(body.size()));
  if (!body.empty()) std::memcpy(at + kFrameBytes, body.data(), body.size());
  finish_record(at, {.body_bytes = static_cast<std::uint32_t>(body.size()),
                     .type = type,
                     .flags = flags,
                     .seq = next_seq_});
}

Status LogWriter::write() {
  if (Status written = active_->file->pwrite({buffer_.get(), used_}, position_); !written.ok()) {
    return undo(std::move(written).error());
  }
  if (next_seq_ > saved_.next_seq) {
    active_->add_waypoint({saved_.next_seq, group_ns_, position_});
  }
  position_ += used_;
  if (std::exchange(has_start_, false)) start_at_ = 0;
  last_ns_ = group_ns_;
  std::move(group_keys_.begin(), group_keys_.end(), std::back_inserter(keys_));
  group_keys_.clear();
  if (position_ > active_->file_bytes.load(std::memory_order_relaxed)) {
    active_->file_bytes.store(position_, std::memory_order_relaxed);
  }
  return {};
}

// Part of the group may stand in the file. It must not come back at a restart as accepted events,
// so zeros go over it where the file was before, and what grew is cut off; neither needs space.
Status LogWriter::undo(Error cause) {
  has_start_ = false;
  next_seq_ = saved_.next_seq;
  prev_header_crc_ = saved_.prev_header_crc;
  totals_ = saved_.totals;
  group_keys_.clear();
  if (cause.code != Code::kRetry) return cause;
  const std::uint64_t before = active_->file_bytes.load(std::memory_order_relaxed);
  Status undone = active_->file->truncate(std::max(before, position_));
  if (undone.ok() && before > position_) {
    const std::string zeros(std::min(used_, before - position_), '\0');
    undone = active_->file->pwrite(zeros, position_);
  }
  if (!undone.ok()) {
    return reject("cannot take back a write that failed for want of space: " + undone.error().text);
  }
  return cause;
}

Status LogWriter::sync() {
  if (!is_dirty()) return {};
  TT_CHECK(sync_file(*active_->file));
  synced_ = position_;
  return {};
}

Status LogWriter::sync_file(File& file) {
  Status synced = file.datasync();
  if (!synced.ok() && planted("sync-retry")) synced = file.datasync();
  // Even ENOSPC is final here: the kernel may have dropped the pages.
  if (!synced.ok()) return reject(synced.error().text);
  return {};
}

void LogWriter::note_synced(const Written& part) {
  if (part.segment == active_) synced_ = std::max(synced_, part.end);
}

std::optional<LogWriter::Written> LogWriter::take_written() {
  const std::uint64_t begin = std::max(taken_, synced_);
  if (!active_ || position_ < begin + kWritebackBytes) return std::nullopt;
  taken_ = position_;
  return Written{active_, begin, position_};
}

void LogWriter::publish() {
  if (active_) active_->end.store(position_, std::memory_order_release);
}

Status LogWriter::seal() {
  const std::vector<std::string> bodies = encode_keys(keys_);
  std::uint64_t bytes = kSealRecordBytes;
  for (const std::string& body : bodies) bytes += record_bytes(body.size());
  begin_group(bytes);
  if (!bodies.empty()) totals_.keys_position = position_;
  for (const std::string& body : bodies) add(RecordType::kKeys, 0, body);
  const SegmentTotals totals = totals_;  // Without the seal itself.
  add(RecordType::kSeal, 0, encode_seal(totals, position_ + used_));
  TT_CHECK(write());
  TT_CHECK(sync());
  publish();
  active_->is_sealed.store(true, std::memory_order_release);
  last_end_seq_ = next_seq_;
  last_end_position_ = position_;
  active_.reset();
  keys_.clear();
  return {};
}

Status LogWriter::open_next() {
  SegmentHeader header{.identity = identity_,
                       .base_seq = next_seq_,
                       .number = last_number_ + 1,
                       .created_ns = std::max(last_ns_, clock_.wall_ns()),
                       .prev_end_seq = last_end_seq_,
                       .prev_end_position = last_end_position_,
                       .prev_header_crc = prev_header_crc_,
                       .salt = identity_.salt("tunnel", next_seq_)};
  TT_TRY(active_, pool_.create(header));
  opened_ns_ = clock_.steady_ns();
  ++last_number_;
  position_ = synced_ = taken_ = kRecordsBegin;
  totals_ = {};
  segments_.add(active_);
  return {};
}

}  // namespace tt::tunnel
