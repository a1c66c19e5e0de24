// The end of a log is its last valid record; the rest of the file means nothing.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/tail_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tunnel/event_reader.h"
#include "tunnel/gap_record.h"

namespace tt::tunnel {
namespace {

// Finds requests with a key whose events are all there. They have consecutive seqs.
class KeyCollector {
 public:
  explicit KeyCollector(std::vector<KeyedRequest>& complete) : complete_(complete) {}

  void add(const Record& record) {
    const auto body = parse_event_body(record.body);
    if (!body) return;
    if (body->request_count > 0 && body->key.size() == kKeyBytes) {
      open_ = KeyedRequest{.entry = std::string(body->entry),
                           .key = parse_key(body->key),
                           .first = record.frame.seq,
                           .count = body->request_count,
                           .received_ns = record.frame.time_ns};
      seen_ = 0;
    }
    if (!open_ || record.frame.seq != open_->first + seen_) {
      open_.reset();
      return;
    }
    if (++seen_ < open_->count) return;
    complete_.push_back(*std::exchange(open_, std::nullopt));
  }

 private:
  std::vector<KeyedRequest>& complete_;
  std::optional<KeyedRequest> open_;
  std::uint32_t seen_ = 0;
};

}  // namespace

Result<TailScan> scan_tail(Segment& segment) {
  TailScan scan;
  scan.end = {.next_seq = segment.header.base_seq,
              .last_ns = segment.header.created_ns,
              .header_crc = segment.header.prev_header_crc};
  RecordScanner scanner(*segment.file, segment.seed, kRecordsBegin, segment.file_bytes.load(),
                        segment.header.base_seq);
  KeyCollector keys(scan.keys);
  while (true) {
    const Seq expected = scanner.expected();
    TT_TRY(const auto record, scanner.next());
    if (!record) break;
    const Frame& frame = record->frame;
    ++scan.records;
    if (is_start(frame) && frame.seq > expected) scan.jumps.push_back({expected, frame.seq});
    if (frame.type == RecordType::kEvent) {
      keys.add(*record);
      segment.add_waypoint({frame.seq, frame.time_ns, record->position});
    }
    if (frame.type == RecordType::kGap)
      if (const auto gap = decode_gap(record->body)) scan.gaps.push_back(*gap);
    if (frame.type != RecordType::kSeal) scan.totals.add(frame);
    scan.is_sealed = frame.type == RecordType::kSeal;
    scan.is_clean = frame.type == RecordType::kMarker && (frame.flags & kMarkerCleanStop) != 0 &&
                    frame.synced_upto == record->position;
    scan.synced_upto = std::max(scan.synced_upto, std::min(frame.synced_upto, record->position));
    scan.end = {.next_seq = scanner.expected(),
                .last_ns = std::max(scan.end.last_ns, frame.time_ns),
                .header_crc = frame.header_crc};
    scan.position = scanner.position();
  }
  scan.damages = scanner.take_damages();
  scan.traces_end = scanner.open_damage_traces_end();
  scan.unreadable_end = scanner.open_damage_unreadable_end();
  return scan;
}

std::optional<SegmentTotals> read_seal(Segment& segment) {
  const std::uint64_t end = segment.end.load();
  if (end < kRecordsBegin + kSealRecordBytes) return std::nullopt;
  RecordScanner scanner(*segment.file, segment.seed, end - kSealRecordBytes, end, 0);
  const auto record = scanner.next();
  if (!record.ok() || !*record || (*record)->frame.type != RecordType::kSeal) return std::nullopt;
  return decode_seal((*record)->body);
}

}  // namespace tt::tunnel
