// One line a record; the words of docs/format/record.md.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/dump_raw.h"

#include <algorithm>

#include "apps/vortex/json_number.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/kit/json.h"
#include "tunnel/event_reader.h"
#include "tunnel/gap_record.h"
#include "tunnel/record_scanner.h"
#include "tunnel/seal.h"

namespace tt::vortex {
namespace {

using portals::JsonWriter;
using tunnel::Record;
using tunnel::RecordType;

constexpr std::size_t kWriteBytes = 64u << 10;

std::string name_of(const tunnel::Frame& frame) {
  switch (frame.type) {
    case RecordType::kEvent:
      return "event";
    case RecordType::kSeal:
      return "seal";
    case RecordType::kMarker:
      if (frame.flags & tunnel::kMarkerStart) return "start";
      return frame.flags & tunnel::kMarkerCleanStop ? "clean stop" : "marker";
    case RecordType::kGap:
      return "gap";
    case RecordType::kKeys:
      return "keys";
    default:
      return std::to_string(static_cast<unsigned>(frame.type));
  }
}

void write_body(JsonWriter& json, const Record& record) {
  if (record.frame.type == RecordType::kEvent) {
    const auto body = tunnel::parse_event_body(record.body);
    if (!body) return;
    json.key("entry").text(body->entry).some("key", hex(body->key));
    // Whoever wrote it: only JSON may stand here as it is.
    portals::parse_json(body->json) ? json.key("event").raw(body->json)
                                    : json.key("text").text(body->json);
  } else if (record.frame.type == RecordType::kGap) {
    if (const auto gap = tunnel::decode_gap(record.body)) {
      write_number(json, "first_lost", gap->first);
      write_number(json, "last_lost", gap->next - 1);
    }
  } else if (record.frame.type == RecordType::kSeal) {
    if (const auto totals = tunnel::decode_seal(record.body)) {
      write_number(json, "events", totals->events);
      write_number(json, "first_seq", totals->first_seq);
      write_number(json, "last_seq", totals->last_seq);
    }
  }
}

std::string line_of(const std::string& file, const Record& record) {
  const tunnel::Frame& frame = record.frame;
  JsonWriter json;
  json.map().key("file").text(file);
  write_number(json, "position", record.position);
  json.key("type").text(name_of(frame));
  write_number(json, "seq", frame.seq);
  json.key("time").text(format_time(frame.time_ns));
  write_number(json, "synced_upto", frame.synced_upto);
  write_number(json, "body_bytes", frame.body_bytes);
  write_body(json, record);
  return json.end().take() + "\n";
}

std::string line_of(const std::string& file, const tunnel::Damage& damage) {
  JsonWriter json;
  json.map().key("file").text(file);
  write_number(json, "position", damage.begin).key("type").text("damage");
  write_number(json, "end", damage.end);
  if (damage.first < damage.next) {
    write_number(json, "first_lost", damage.first);
    write_number(json, "last_lost", damage.next - 1);
  }
  return json.end().take() + "\n";
}

bool is_within(const tunnel::SnapshotRange& range, const tunnel::Frame& frame) {
  return frame.seq >= range.from && frame.seq < range.until && frame.time_ns >= range.since_ns &&
         frame.time_ns < range.until_ns;
}

}  // namespace

Result<bool> dump_raw(const std::string& folder, const tunnel::LogSnapshot& log,
                      const tunnel::SnapshotRange& range,
                      const std::function<bool(std::string_view lines)>& write) {
  bool is_whole = true;
  std::string lines;
  for (const tunnel::Seq base : log.bases()) {
    const std::string file = tunnel::segment_name(base);
    auto segment = tunnel::open_segment(system_disk(), folder + "/tunnel", base, "tunnel",
                                        log.identity(), nullptr, Open::kRead);
    if (!segment.ok()) {
      if (!system_disk().exists(folder + "/tunnel/" + file)) continue;  // Given up meanwhile.
      return std::move(segment).error();
    }
    tunnel::RecordScanner scanner(*(*segment)->file, (*segment)->seed, tunnel::kRecordsBegin,
                                  (*segment)->file_bytes.load(), base);
    while (true) {
      TT_TRY(const auto record, scanner.next());
      for (const tunnel::Damage& damage : scanner.take_damages()) {
        is_whole = false;
        lines += line_of(file, damage);
      }
      if (record && is_within(range, record->frame)) lines += line_of(file, *record);
      if (lines.size() >= kWriteBytes || (!record && !lines.empty())) {
        if (!write(lines)) return is_whole;
        lines.clear();
      }
      if (!record) break;
    }
  }
  return is_whole;
}

}  // namespace tt::vortex
