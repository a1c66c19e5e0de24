// Segments one after the other: each is scanned whole, and its beginning is compared with what the
// one before ended with.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/fsck_log.h"

#include <algorithm>
#include <utility>

#include "tunnel/tail_scan.h"

namespace tt::tunnel {
namespace {

class LogCheck {
 public:
  LogCheck(Disk& disk, const std::string& directory, const LogSnapshot& log, FsckReport& report)
      : disk_(disk), folder_(directory + "/tunnel"), log_(log), report_(report) {}

  Status run(const FsckProgress& progress) {
    const std::vector<Seq>& bases = log_.bases();
    for (std::size_t i = 0; i < bases.size(); ++i) {
      if (progress) progress(static_cast<double>(i) / static_cast<double>(bases.size()));
      TT_CHECK(check(bases[i], i + 1 == bases.size()));
    }
    mark_recorded();
    return {};
  }

 private:
  Status check(Seq base, bool is_last) {
    bool has_damaged_header = false;
    auto opened = open_segment(disk_, folder_, base, "tunnel", log_.identity(), &has_damaged_header,
                               Open::kRead);
    const std::string path = folder_ + "/" + segment_name(base);
    if ((!opened.ok() || has_damaged_header) && !disk_.exists(path)) return overtaken();
    if (!opened.ok()) {
      if (opened.error().code == Code::kMisconfigured) return std::move(opened).error();
      damage({DamageKind::kUnreadable, name_of(base)});
      return {};
    }
    Segment& segment = **opened;
    TT_TRY(const std::string header, header_of(segment));
    TT_TRY(const TailScan scan, scan_segment(segment, is_last));
    TT_TRY(const std::string header_after, header_of(segment));
    if (header != header_after) return overtaken();
    compare_with_last(segment, has_damaged_header);
    if (has_damaged_header) damage({DamageKind::kHeader, name_of(base), 0, kRecordsBegin});
    note(segment, scan, is_last);
    return {};
  }

  // A daemon has recycled this one: what came before it was given up as well, and is no loss.
  Status overtaken() {
    last_.reset();
    return {};
  }

  // Where a daemon is writing, only what two looks find damaged is damaged: the bytes of a group
  // may be on their way.
  Result<TailScan> scan_segment(Segment& segment, bool is_last) {
    TT_TRY(TailScan scan, scan_tail(segment));
    if (report_.holder.empty() || !is_last || scan.damages.empty()) return scan;
    TT_TRY(TailScan again, scan_tail(segment));
    std::erase_if(again.damages, [&](const Damage& damage) {
      return std::none_of(scan.damages.begin(), scan.damages.end(),
                          [&](const Damage& before) { return before.begin == damage.begin; });
    });
    return again;
  }

  // Between the end of the segment before and this one.
  void compare_with_last(const Segment& segment, bool has_damaged_header) {
    if (!last_) return;
    const SegmentHeader& header = segment.header;
    const Seq first = last_->scan.end.next_seq;
    // A damaged header does not say where the one before ended; its seal does.
    const Seq next = !has_damaged_header     ? std::min(header.prev_end_seq, header.base_seq)
                     : last_->scan.is_sealed ? first
                                             : header.base_seq;
    const bool is_neighbour =
        last_->number == 0 || header.number == 0 || header.number == last_->number + 1;
    if (first >= next && last_->scan.is_sealed && is_neighbour) return;
    const std::uint64_t begin = last_->scan.position;
    damage({DamageKind::kMissing, last_->file, begin, std::max(begin, last_->scan.traces_end),
            first, std::max(first, next)});
  }

  void note(const Segment& segment, const TailScan& scan, bool is_last) {
    const std::string file = name_of(segment.header.base_seq);
    SegmentReport one{.file = file,
                      .number = segment.header.number,
                      .records = scan.records,
                      .events = scan.totals.events,
                      .first_seq = scan.totals.first_seq,
                      .last_seq = scan.totals.last_seq,
                      .first_ns = scan.totals.first_ns,
                      .last_ns = scan.totals.last_ns,
                      .used_bytes = scan.position,
                      .file_bytes = segment.file_bytes.load(),
                      .is_sealed = scan.is_sealed};
    if (is_last && report_.holder.empty() && !scan.is_sealed && scan.traces_end > scan.position)
      one.torn_bytes = scan.traces_end - scan.position;
    report_.segments.push_back(std::move(one));
    for (const Damage& each : scan.damages) {
      const bool is_rot = !is_last || scan.is_rot(each);
      damage({is_rot ? DamageKind::kRot : DamageKind::kUncertain, file, each.begin, each.end,
              each.first, each.next});
    }
    // Of an end that the disk refuses nobody can say whether records stood there.
    if (is_last && !scan.is_sealed && scan.unreadable_end > scan.position)
      damage({DamageKind::kUnreadable, file, scan.position, scan.unreadable_end});
    report_.gaps.insert(report_.gaps.end(), scan.gaps.begin(), scan.gaps.end());
    report_.was_clean = scan.is_clean;
    report_.next_seq = std::max(report_.next_seq, scan.end.next_seq);
    last_ = Last{file, segment.header.number, scan};
  }

  void damage(FoundDamage found) {
    if (!report_.segments.empty() && report_.segments.back().file == found.file)
      ++report_.segments.back().damages;
    report_.damages.push_back(std::move(found));
  }

  // Gap records stand behind the damage they tell of, in any later segment.
  void mark_recorded() {
    std::sort(report_.gaps.begin(), report_.gaps.end(),
              [](const Gap& a, const Gap& b) { return a.first < b.first; });
    for (FoundDamage& found : report_.damages) {
      Seq covered = found.first;
      for (const Gap& gap : report_.gaps)
        if (gap.first <= covered) covered = std::max(covered, gap.next);
      found.is_recorded = found.takes_events() && covered >= found.next;
    }
  }

  static std::string name_of(Seq base) { return "tunnel/" + segment_name(base); }
  static Result<std::string> header_of(Segment& segment) {
    std::string bytes(kSegmentHeaderBytes, '\0');
    const auto got = segment.file->pread(bytes, 0);
    if (!got.ok() && got.error().code != Code::kCorrupt) return got.error();
    return bytes;
  }

  struct Last {
    std::string file;
    std::uint64_t number = 0;
    TailScan scan;
  };

  Disk& disk_;
  const std::string folder_;
  const LogSnapshot& log_;
  FsckReport& report_;
  std::optional<Last> last_;  // The segment before, when it is known.
};

}  // namespace

Status check_log(Disk& disk, const std::string& directory, const LogSnapshot& log,
                 const FsckProgress& progress, FsckReport& report) {
  return LogCheck(disk, directory, log, report).run(progress);
}

}  // namespace tt::tunnel
