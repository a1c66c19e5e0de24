// The report of fsck as one JSON object.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/fsck_print.h"
#include "apps/vortex/json_number.h"
#include "base/units.h"
#include "portals/kit/json.h"

namespace tt::vortex {
namespace {

using portals::JsonWriter;

void write_time(JsonWriter& json, std::string_view name, WallNs time_ns) {
  json.key(name).text(format_time_us(time_ns));
}

void write_segment(JsonWriter& json, const tunnel::SegmentReport& one) {
  json.map().key("file").text(one.file);
  write_number(json, "number", one.number);
  write_number(json, "records", one.records);
  write_number(json, "events", one.events);
  if (one.events > 0) {
    write_number(json, "first_seq", one.first_seq);
    write_number(json, "last_seq", one.last_seq);
    write_time(json, "first_received", one.first_ns);
    write_time(json, "last_received", one.last_ns);
  }
  write_number(json, "used_bytes", one.used_bytes);
  write_number(json, "file_bytes", one.file_bytes);
  write_number(json, "torn_bytes", one.torn_bytes);
  write_number(json, "damages", one.damages);
  json.key("sealed").boolean(one.is_sealed).end();
}

void write_damage(JsonWriter& json, const tunnel::FoundDamage& damage) {
  json.map().key("kind").text(to_string(damage.kind)).key("file").text(damage.file);
  write_number(json, "begin", damage.begin);
  write_number(json, "end", damage.end);
  if (damage.first < damage.next) {
    write_number(json, "first_seq", damage.first);
    write_number(json, "last_seq", damage.next - 1);
  }
  json.key("recorded").boolean(damage.is_recorded).end();
}

void write_exits(JsonWriter& json, const tunnel::FsckReport& report) {
  json.key("cursor_files").list();
  for (const tunnel::CursorFileReport& file : report.cursor_files) {
    json.map().key("file").text(file.file).key("state").text(file.state);
    write_number(json, "generation", file.generation).key("used").boolean(file.is_used).end();
  }
  json.end().key("cursors").list();
  for (const tunnel::CursorReport& cursor : report.cursors) {
    json.map().key("exit").text(cursor.exit);
    write_number(json, "at", cursor.low);
    write_number(json, "start", cursor.start);
    write_number(json, "behind", cursor.lag).end();
  }
  json.end().key("dead").list();
  for (const tunnel::SideReport& box : report.dead) {
    json.map().key("exit").text(box.exit);
    write_number(json, "letters", box.kept);
    write_number(json, "bytes", box.bytes);
    write_number(json, "damages", box.damages).end();
  }
  json.end().key("attempts").map();
  write_number(json, "kept", report.attempts.kept);
  write_number(json, "bytes", report.attempts.bytes);
  write_number(json, "damages", report.attempts.damages).end();
}

}  // namespace

std::string fsck_json(const std::string& folder, const tunnel::FsckReport& report,
                      const std::vector<std::string>* repaired) {
  JsonWriter json;
  json.map().key("folder").text(folder).key("log").text(report.log_id);
  json.key("format").text(report.format).some("process", report.holder);
  json.key("clean_stop").boolean(report.was_clean);
  json.key("fine").boolean(report.damages.empty());
  json.key("repairable").boolean(report.can_be_repaired());
  write_number(json, "events", report.events());
  write_number(json, "next_seq", report.next_seq);
  write_number(json, "lost_events", report.lost_events());
  write_number(json, "lost_events_not_recorded", report.lost_events(/*only_new=*/true));
  write_number(json, "torn_bytes", report.torn_bytes());
  write_number(json, "spares", report.spares.files);
  write_number(json, "quarantine_files", report.quarantine.files);
  write_number(json, "quarantine_bytes", report.quarantine.bytes);
  write_number(json, "generations", report.generations.files);
  json.key("segments").list();
  for (const tunnel::SegmentReport& one : report.segments) write_segment(json, one);
  json.end().key("gaps").list();
  for (const tunnel::Gap& gap : report.gaps) {
    json.map();
    write_number(json, "first_seq", gap.first);
    write_number(json, "last_seq", gap.next - 1).end();
  }
  json.end();
  write_exits(json, report);
  json.key("damages").list();
  for (const tunnel::FoundDamage& damage : report.damages) write_damage(json, damage);
  json.end();
  if (repaired) {
    json.key("repaired").list();
    for (const std::string& done : *repaired) json.text(done);
    json.end();
  }
  return json.end().take();
}

}  // namespace tt::vortex
