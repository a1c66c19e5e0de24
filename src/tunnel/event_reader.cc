// Walking segments forward, turning records into batches.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/event_reader.h"

#include <algorithm>
#include <utility>

#include "event/writer.h"
#include "tunnel/group_batch.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {

std::optional<EventBody> parse_event_body(std::string_view body) {
  const auto parts = split_body(body);
  if (!parts) return std::nullopt;
  EventBody event{.json = parts->payload};
  FieldReader fields(parts->fields);
  while (const auto field = fields.next()) {
    if (field->tag == Tag::kEntry) event.entry = field->value;
    if (field->tag == Tag::kKey) event.key = field->value;
    if (field->tag == Tag::kRequestCount) event.request_count = field->number<std::uint32_t>();
  }
  return event;
}

void EventReader::enter(SharedSegment segment, std::uint64_t position, Seq expected) {
  segment_ = std::move(segment);
  is_after_seal_ = false;
  const std::uint64_t end = segment_->end.load(std::memory_order_acquire);
  scanner_ =
      std::make_unique<RecordScanner>(*segment_->file, segment_->seed, position, end, expected);
}

void EventReader::locate(Seq seq) {
  scanner_.reset();
  segment_.reset();
  SharedSegment segment = log_.segments.find(seq);
  if (!segment) return;
  const Segment::Waypoint start = segment->before_seq(seq);
  // Waypoints are records that were good once; before the first the segment's own beginning counts.
  enter(std::move(segment), start.position, start.seq);
}

// Who reads here gets a gap; all readers together report the damage once.
void EventReader::lose(const Damage& damage) {
  if (damage.first < damage.next) gaps_.push_back({damage.first, damage.next});
  if (log_.on_damage && segment_->report_damage(damage.begin)) log_.on_damage(*segment_, damage);
}

// The next good record of this or a later segment, skipping what is not yet published.
Result<std::optional<Record>> EventReader::next_record() {
  while (segment_) {
    const bool was_sealed = segment_->is_sealed.load(std::memory_order_acquire);
    scanner_->set_end(segment_->end.load(std::memory_order_acquire));
    TT_TRY(auto record, scanner_->next());
    for (const Damage& damage : scanner_->take_damages()) lose(damage);
    if (record) {
      is_after_seal_ = record->frame.type == RecordType::kSeal;
      return record;
    }
    if (!was_sealed) return record;
    SharedSegment after = log_.segments.next_of(*segment_);
    if (!after) return record;
    // Up to the end that the next segment remembers, everything was there once.
    const Seq expected = scanner_->expected();
    // A header that was made again does not know it, but a seal does.
    const bool is_whole = is_after_seal_ && after->header.number == 0;
    const Seq end_seq = is_whole ? expected : std::max(after->header.prev_end_seq, expected);
    const bool is_end_known = after->header.prev_end_position != 0;
    if ((is_end_known && scanner_->open_damage()) || end_seq > expected) {
      lose({scanner_->open_damage().value_or(scanner_->position()), segment_->end.load(), expected,
            end_seq});
    }
    const Seq base = after->header.base_seq;
    enter(std::move(after), kRecordsBegin, base);
  }
  return std::optional<Record>();
}

Result<SharedStored> EventReader::read(Seq seq, Seq visible, std::size_t bytes_max) {
  if (!scanner_ || seq != next_seq_) {
    locate(seq);
    gaps_.clear();
    // Who asks for a certain event has a cursor, and retention keeps what cursors need: whole
    // segments are lost. 0 asks for whatever is the oldest.
    if (seq > 0 && segment_ && segment_->header.base_seq > seq)
      gaps_.push_back({seq, segment_->header.base_seq});
  }
  auto batch = std::make_shared<ReadBatch>();
  batch->reserve(last_sizes_);
  // Nobody below may take it for his own: what is missing there is a gap to him, not to this
  // caller.
  batch->first = seq == 0 && segment_ ? segment_->header.base_seq : seq;
  Seq next = batch->first;
  while (batch->texts().text_bytes() < bytes_max) {
    auto record_or = next_record();
    if (!record_or.ok()) {
      scanner_.reset();  // Found again by seq at the next try.
      return std::move(record_or).error();
    }
    const std::optional<Record>& record = *record_or;
    if (!record) {
      next = std::max(next, visible);
      break;
    }
    if (record->frame.type != RecordType::kEvent || record->frame.seq < seq) continue;
    if (record->frame.seq >= visible) {
      // Published after the caller looked at the mark: the next call reads it again.
      scanner_->seek(record->position, record->frame.seq);
      next = std::max(next, visible);
      break;
    }
    const auto body = parse_event_body(record->body);
    if (!body || !event::index_canonical(body->json, batch->texts()).ok()) {
      // Its checksum was good: another program wrote it. One event is lost, and said so.
      lose({record->position, record->position + kFrameBytes, record->frame.seq,
            record->frame.seq + 1});
      next = record->frame.seq + 1;
      continue;
    }
    batch->add(record->frame.seq, record->frame.time_ns, body->entry, body->key);
    if (batch->size() == 1) {
      segment_->add_waypoint({record->frame.seq, record->frame.time_ns, record->position});
    }
    next = record->frame.seq + 1;
  }
  for (const Gap& gap : std::exchange(gaps_, {})) {
    if (gap.next <= seq) continue;
    batch->gaps.push_back({std::max(gap.first, seq), gap.next});
    next = std::max(next, gap.next);
  }
  batch->next = next_seq_ = next;
  batch->finish();
  last_sizes_ = batch->texts().sizes();
  return SharedStored(std::move(batch));
}

Result<Seq> EventReader::find_time(WallNs time_ns, Seq visible) {
  SharedSegment found;
  for (SharedSegment& segment : log_.segments.all()) {
    if (found && segment->header.created_ns >= time_ns) break;
    found = std::move(segment);
  }
  if (!found) return visible;
  const Segment::Waypoint start = found->before_time(time_ns);
  enter(std::move(found), start.position, start.seq);
  next_seq_ = 0;
  while (true) {
    TT_TRY(auto record, next_record());
    if (!record || record->frame.seq >= visible) return visible;
    const Frame& frame = record->frame;
    if (frame.type == RecordType::kEvent && frame.time_ns >= time_ns) return frame.seq;
  }
}

}  // namespace tt::tunnel
