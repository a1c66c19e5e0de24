// Opening segments, finding the end, repairing the tail.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/recovery.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "tunnel/idempotency.h"
#include "tunnel/tagged.h"
#include "tunnel/tail_scan.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kCopyStepBytes = 1u << 20;

// Writes what is accepted once more. After a failed sync the cache may show bytes that the disk
// does not have and count them as clean; written again, they are synced again. Blocks that cannot
// be read are left as they are.
Status rewrite(File& file, std::uint64_t begin, std::uint64_t end) {
  std::string bytes;
  std::size_t step = kCopyStepBytes;
  while (begin < end) {
    const std::size_t to_border = kBlockBytes - begin % kBlockBytes;
    bytes.resize(std::min<std::uint64_t>(step == kBlockBytes ? to_border : step, end - begin));
    const auto got = file.pread(bytes, begin);
    if (!got.ok() && got.error().code != Code::kCorrupt) return got.error();
    if (!got.ok() && step != kBlockBytes) {
      step = kBlockBytes;  // One of them is refused: go on block by block.
      continue;
    }
    if (got.ok() && *got == 0) return {};
    if (got.ok()) TT_CHECK(file.pwrite({bytes.data(), *got}, begin));
    begin += got.ok() ? *got : bytes.size();
  }
  return {};
}

// Where the blocks end that the disk refuses, in what was certainly written behind the last good
// record and without a break after it; the end of that record when there are none.
std::uint64_t end_of_refused(File& file, const TailScan& scan) {
  const std::uint64_t written_end = std::max(scan.traces_end, scan.position + kFrameBytes);
  std::uint64_t end = scan.position;
  if (scan.unreadable_end <= scan.position) return end;
  char block[kBlockBytes];
  bool is_refused = false;
  for (std::uint64_t at = scan.position; at < written_end || is_refused;) {
    const std::size_t bytes = kBlockBytes - at % kBlockBytes;
    is_refused = !file.pread({block, bytes}, at).ok();
    at += bytes;
    if (is_refused) end = at;
  }
  return end;
}

Status write_zeros(File& file, std::uint64_t begin, std::uint64_t end) {
  const std::string zeros(kCopyStepBytes, '\0');
  while (begin < end) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), end - begin));
    TT_CHECK(file.pwrite({zeros.data(), step}, begin));
    begin += step;
  }
  return {};
}

// Events that a segment may hold when nobody can look: one of 64 MiB, of the smallest records. A
// larger one is covered by the jump after an unclean stop.
constexpr Seq kHiddenEventsMax = 1u << 20;

class LogRecovery {
 public:
  LogRecovery(RecoverySeams seams, const std::string& folder, const LogIdentity& identity)
      : seams_(seams), folder_(folder), identity_(identity) {}

  Result<Recovered> run() {
    TT_CHECK(set_folders_aside());
    TT_TRY(const auto bases, list_segments(seams_.disk, folder_));
    for (const std::uint64_t base : bases) TT_CHECK(open(base));
    // From the end: a last segment without any record says nothing about the log before it.
    while (!out_.segments.empty()) {
      TT_TRY(const bool is_done, recover_last());
      if (is_done) break;
    }
    if (hidden_ >= out_.state.end.next_seq) finish_before_hidden();
    link_segments();
    for (std::size_t i = 0; i + 1 < out_.segments.size(); ++i) read_keys(i);
    out_.keys.insert(out_.keys.end(), last_keys_.begin(), last_keys_.end());
    return std::move(out_);
  }

 private:
  // A folder with the name of a segment would be in the way of one.
  Status set_folders_aside() {
    TT_TRY(const auto entries, seams_.disk.list(folder_));
    for (const DirectoryEntry& entry : entries) {
      if (!entry.is_directory || !parse_segment_name(entry.name)) continue;
      log::warning("a folder with the name of a segment was set aside", {{"name", entry.name}});
      seams_.quarantine.move(folder_, entry.name);
    }
    return {};
  }

  Status open(std::uint64_t base) {
    bool is_damaged = false;
    const auto open_once = [&] {
      return open_segment(seams_.disk, folder_, base, "tunnel", identity_, &is_damaged);
    };
    auto segment = open_once();
    // One failed call is a moment's fault, a second one is damage.
    if (!segment.ok() && segment.error().code == Code::kReject) segment = open_once();
    if (!segment.ok()) {
      if (segment.error().code == Code::kMisconfigured) return std::move(segment).error();
      if (segment.error().code == Code::kRetry) return std::move(segment).error();
      hidden_ = base;
      log::error("cannot open a segment; its events are missing",
                 {{"segment", segment_name(base)}, {"error", segment.error().text}});
      corrupt_total().add();
      return {};
    }
    if ((*segment)->file_bytes.load() == 0) {  // Made and never written: nothing was in it.
      TT_CHECK(seams_.disk.remove((*segment)->path));
      return seams_.disk.sync_directory(folder_);
    }
    if (is_damaged) {
      log::warning("a segment header is damaged and was made again",
                   {{"segment", segment_name(base)}});
      seams_.quarantine.copy(*(*segment)->file, segment_name(base), 0, kRecordsBegin, "header");
      corrupt_total().add();
      damaged_headers_.push_back(base);
    }
    out_.segments.push_back(*std::move(segment));
    return {};
  }

  // True when the last segment is the end of the log; false when it held nothing and was put away.
  Result<bool> recover_last() {
    SharedSegment segment = out_.segments.back();
    TT_TRY(const TailScan scan, scan_tail(*segment));
    const bool has_header = std::find(damaged_headers_.begin(), damaged_headers_.end(),
                                      segment->header.base_seq) == damaged_headers_.end();
    if (scan.records == 0 && !has_header) {
      // Neither a header nor a record under our key: perhaps another log's. Never deleted.
      log::warning("a segment without any valid record was set aside",
                   {{"segment", segment_name(segment->header.base_seq)}});
      seams_.quarantine.move(folder_, segment_name(segment->header.base_seq));
      out_.segments.pop_back();
      return false;
    }
    report(*segment, scan);
    const bool is_end_certain = scan.is_clean || scan.is_sealed;
    const std::uint64_t refused_end =
        is_end_certain ? scan.position : end_of_refused(*segment->file, scan);
    if (!scan.is_clean) TT_CHECK(repair(*segment, scan, refused_end > scan.position));
    segment->end.store(scan.position);
    segment->is_sealed.store(scan.is_sealed);
    out_.was_clean = scan.is_clean;
    last_keys_ = scan.keys;
    out_.last_jumps = scan.jumps;
    out_.state.end = scan.end;
    out_.state.last_number = segment->header.number;
    if (scan.is_sealed) {
      out_.state.last_end_seq = scan.end.next_seq;
      out_.state.last_end_position = scan.position;
    } else {
      out_.state.active = segment;
      out_.state.position = scan.position;
      out_.state.totals = scan.totals;
      out_.state.keys = scan.keys;
    }
    if (refused_end > scan.position) finish_before_refused(*segment, scan, refused_end);
    return true;
  }

  // What stood in blocks that the disk refuses nobody can tell, and nothing is written over them:
  // the segment is finished, and as many events count as lost as could have been there.
  void finish_before_refused(Segment& segment, const TailScan& scan, std::uint64_t end) {
    const Seq first = scan.end.next_seq;
    const Seq next = first + (end - scan.position) / record_bytes(kFieldsLengthBytes) + 1;
    log::error("the end of the log cannot be read; at most so many events are lost",
               {{"segment", segment_name(segment.header.base_seq)},
                {"position", scan.position},
                {"bytes", end - scan.position},
                {"events", next - first}});
    corrupt_total().add();
    segment.report_damage(scan.position);
    out_.gaps.push_back({{first, next}, segment.header.base_seq});
    segment.end.store(end);
    segment.is_sealed.store(true);
    out_.state.active.reset();
    out_.state.keys.clear();
    out_.state.end.next_seq = out_.state.last_end_seq = next;
    out_.state.last_end_position = end;
  }

  // The newest segment cannot be opened. Nothing may take its name, nor the seqs that it may hold.
  void finish_before_hidden() {
    const Seq next = hidden_ + kHiddenEventsMax;
    log::error("the newest segment cannot be opened; at most so many events are missing",
               {{"segment", segment_name(hidden_)}, {"events", kHiddenEventsMax}});
    out_.gaps.push_back({{hidden_, next}, hidden_});
    if (out_.state.active) out_.state.active->is_sealed.store(true);
    out_.state.active.reset();
    out_.state.keys.clear();
    out_.state.end.next_seq = out_.state.last_end_seq = next;
    out_.state.last_end_position = 0;  // Not known.
    ++out_.state.last_number;          // Its own.
    out_.was_clean = false;
  }

  Status repair(Segment& segment, const TailScan& scan, bool has_refused) {
    File& file = *segment.file;
    const std::string name = segment_name(segment.header.base_seq);
    if (scan.traces_end > scan.position && !has_refused) {
      counter(seams_.metrics, "tt_tunnel_recovery_cut_bytes").add(scan.traces_end - scan.position);
      log::info("the last write before the stop was torn; it was never acknowledged",
                {{"segment", name}, {"bytes", scan.traces_end - scan.position}});
      seams_.quarantine.copy(file, name, scan.position, scan.traces_end, "torn");
      TT_CHECK(
          write_zeros(file, scan.position, std::min(scan.traces_end, segment.file_bytes.load())));
    }
    TT_CHECK(rewrite(file, scan.synced_upto, scan.position));
    TT_CHECK(file.datasync());
    return seams_.disk.sync_directory(folder_);
  }

  void report(Segment& segment, const TailScan& scan) {
    const std::string name = segment_name(segment.header.base_seq);
    for (const Damage& damage : scan.damages) {
      segment.report_damage(damage.begin);
      if (damage.first < damage.next) {
        out_.gaps.push_back({{damage.first, damage.next}, segment.header.base_seq});
      }
      const bool is_rot = scan.is_rot(damage);
      (is_rot ? corrupt_total() : uncertain_total()).add();
      log::warning(is_rot ? "events were lost to damage on disk"
                          : "part of the last group before the stop is missing; it may never have "
                            "been acknowledged",
                   {{"segment", name},
                    {"position", damage.begin},
                    {"bytes", damage.end - damage.begin},
                    {"first_seq", damage.first},
                    {"next_seq", damage.next}});
      seams_.quarantine.copy(*segment.file, name, damage.begin, damage.end,
                             is_rot ? "rot" : "uncertain");
    }
  }

  // Ends of finished segments stand in the header of the next one; a missing one leaves a gap.
  void link_segments() {
    for (std::size_t i = 0; i + 1 < out_.segments.size(); ++i) {
      Segment& segment = *out_.segments[i];
      const Segment& after = *out_.segments[i + 1];
      segment.is_sealed.store(true);
      const bool is_neighbour =
          segment.header.number != 0 && after.header.number == segment.header.number + 1;
      const std::uint64_t end = is_neighbour ? after.header.prev_end_position : 0;
      segment.end.store(
          end >= kRecordsBegin && end <= segment.file_bytes ? end : segment.file_bytes.load());
      if (is_neighbour || segment.header.number == 0 || after.header.number == 0) continue;
      log::error("segments are missing", {{"before", segment_name(after.header.base_seq)}});
      corrupt_total().add();
    }
  }

  // Keys of a finished segment that may still be repeated stand in records before its seal.
  void read_keys(std::size_t index) {
    Segment& segment = *out_.segments[index];
    const SegmentHeader& after = out_.segments[index + 1]->header;
    if (after.created_ns != 0 &&
        after.created_ns < Idempotency::oldest_ns(seams_.clock.wall_ns())) {
      return;
    }
    if (const auto totals = read_seal(segment)) {
      if (totals->keys_position == 0) return;
      if (read_key_records(segment, totals->keys_position, segment.end.load())) return;
    }
    // Seal or keys are damaged: the events themselves carry their keys.
    if (auto scan = scan_tail(segment); scan.ok()) {
      out_.keys.insert(out_.keys.end(), scan->keys.begin(), scan->keys.end());
    }
  }

  // False, and nothing kept, when not all of them are whole.
  bool read_key_records(Segment& segment, std::uint64_t begin, std::uint64_t end) {
    RecordScanner scanner(*segment.file, segment.seed, begin, end, 0);
    const std::size_t before = out_.keys.size();
    while (true) {
      auto record = scanner.next();
      if (record.ok() && *record && scanner.take_damages().empty()) {
        if ((*record)->frame.type == RecordType::kKeys) decode_keys((*record)->body, out_.keys);
        if ((*record)->frame.type == RecordType::kSeal) return true;
        continue;
      }
      out_.keys.resize(before);
      return false;
    }
  }

  Counter& uncertain_total() { return counter(seams_.metrics, "tt_tunnel_uncertain_total"); }
  Counter& corrupt_total() { return counter(seams_.metrics, "tt_tunnel_corrupt_records_total"); }

  RecoverySeams seams_;
  const std::string& folder_;
  const LogIdentity& identity_;
  Recovered out_;
  std::vector<std::uint64_t> damaged_headers_;
  std::vector<KeyedRequest> last_keys_;
  Seq hidden_ = 0;  // Base of the newest segment that cannot be opened.
};

}  // namespace

Result<Recovered> recover_log(RecoverySeams seams, const std::string& folder,
                              const LogIdentity& identity) {
  return LogRecovery(seams, folder, identity).run();
}

}  // namespace tt::tunnel
