// The folder beside its log: FORMAT, cursors, dead letters, attempts; and the repair.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/fsck.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "tunnel/cursor_format.h"
#include "tunnel/data_lock.h"
#include "tunnel/fsck_log.h"
#include "tunnel/side_log.h"

namespace tt::tunnel {
namespace {

constexpr std::uint64_t kCursorBytesMax = 512u << 20;
constexpr int kCursorLooks = 3;  // A daemon may be writing the snapshot of one of the two.
constexpr std::size_t kScanBytes = 1u << 20;

class FolderCheck {
 public:
  FolderCheck(Disk& disk, const std::string& directory, const LogIdentity& identity,
              FsckReport& report)
      : disk_(disk), directory_(directory), identity_(identity), report_(report) {}

  Status run() {
    check_format();
    check_cursors();
    TT_CHECK(check_dead());
    report_.attempts = check_side("attempts", "attempts", /*is_letters=*/false);
    report_.spares = count("tunnel", "spare.");
    report_.quarantine = count("quarantine");
    report_.generations = count("rules");
    return {};
  }

 private:
  void check_format() {
    if (!disk_.exists(directory_ + "/FORMAT"))
      report_.format = "missing";
    else if (!read_format(disk_, directory_).ok())
      report_.format = "damaged";
    if (report_.format != "good") report_.damages.push_back({DamageKind::kFormat, "FORMAT"});
  }

  std::optional<CursorFileState> look_at(CursorFileReport& file) {
    const std::string path = directory_ + "/" + file.file;
    file.state = disk_.exists(path) ? "damaged" : "missing";
    const auto bytes = read_file(disk_, path, kCursorBytesMax);
    if (!bytes.ok()) return std::nullopt;
    auto state = read_cursor_file(*bytes, seed_of(identity_.salt("cursors", 0)));
    if (state) file.state = "good";
    if (!state && bytes->find_first_not_of('\0') == std::string::npos) file.state = "empty";
    if (state) file.generation = state->generation;
    return state;
  }

  void check_cursors() {
    std::optional<CursorFileState> best;
    CursorFileReport* used = nullptr;
    for (std::size_t i = 0; i < 2; ++i) {
      CursorFileReport& file = report_.cursor_files[i];
      file.file = i == 0 ? "cursors.a" : "cursors.b";
      std::optional<CursorFileState> state;
      for (int look = 0; look < kCursorLooks && !state; ++look) {
        state = look_at(file);
        if (report_.holder.empty()) break;
      }
      if (file.state == "damaged") report_.damages.push_back({DamageKind::kCursors, file.file});
      if (!state || (best && best->generation >= state->generation)) continue;
      best = std::move(state);
      used = &file;
    }
    if (!best) return;
    used->is_used = true;
    for (const auto& [exit, state] : best->cursors)
      report_.cursors.push_back({exit, state.low, state.start, lag_of(state)});
  }

  // At most: what damage has taken between the first and the last event of a segment counts too.
  std::uint64_t lag_of(const CursorState& cursor) const {
    std::uint64_t lag = 0;
    for (const SegmentReport& segment : report_.segments) {
      if (segment.events == 0 || segment.last_seq < cursor.low) continue;
      const Seq first = std::max(cursor.low, segment.first_seq);
      lag += std::min(segment.events, segment.last_seq + 1 - first);
    }
    for (const auto& [first, next] : cursor.ranges) lag -= std::min(lag, next - first);
    return lag;
  }

  Status check_dead() {
    if (!disk_.exists(directory_ + "/dead")) return {};
    TT_TRY(const auto folders, disk_.list(directory_ + "/dead"));
    for (const DirectoryEntry& folder : folders) {
      if (!folder.is_directory) continue;
      SideReport side = check_side("dead/" + folder.name, "dead", /*is_letters=*/true);
      side.exit = name_of_folder(folder.name);
      report_.dead.push_back(std::move(side));
    }
    return {};
  }

  SideReport check_side(const std::string& folder, std::string_view kind, bool is_letters) {
    SideReport side;
    const auto bases = list_segments(disk_, directory_ + "/" + folder);
    if (!bases.ok()) return side;
    std::set<std::uint64_t> letters;
    for (const std::uint64_t base : *bases) {
      const std::string name = folder + "/" + segment_name(base);
      bool has_damaged_header = false;
      const auto file = open_segment(disk_, directory_ + "/" + folder, base, kind, identity_,
                                     &has_damaged_header, Open::kRead);
      if (!file.ok() && !disk_.exists(directory_ + "/" + name)) continue;  // Dropped meanwhile.
      std::vector<FoundDamage> found;
      if (!file.ok()) {
        found.push_back({DamageKind::kUnreadable, name});
      } else {
        if (has_damaged_header) found.push_back({DamageKind::kHeader, name, 0, kRecordsBegin});
        scan_side(**file, name, side, letters, found);
      }
      side.damages += found.size();
      // Nothing depends on an attempt: they are never synced, so a crash may cost some.
      if (is_letters) report_.damages.insert(report_.damages.end(), found.begin(), found.end());
    }
    if (is_letters) side.kept = letters.size();
    return side;
  }

  static void scan_side(Segment& file, const std::string& name, SideReport& side,
                        std::set<std::uint64_t>& letters, std::vector<FoundDamage>& found) {
    side.bytes += file.file_bytes.load();
    RecordScanner scanner(*file.file, file.seed, kRecordsBegin, file.file_bytes.load(), 0);
    while (true) {
      const auto record = scanner.next();
      if (!record.ok()) {
        found.push_back({DamageKind::kUnreadable, name, scanner.position(), scanner.position()});
        return;
      }
      if (!*record) break;
      ++side.records;
      const Frame& frame = (*record)->frame;
      if (frame.type == RecordType::kAttempt) ++side.kept;
      if (frame.type == RecordType::kDeadLetter) letters.insert(frame.seq);
      if (frame.type == RecordType::kDeadRemoved && (*record)->body.size() == sizeof(Seq))
        letters.erase(load<std::uint64_t>((*record)->body.data()));
    }
    // Numbers may jump here; only bytes can be damaged. A tail that nothing good follows was torn
    // by a crash: nobody relied on it.
    for (const Damage& damage : scanner.take_damages())
      if (damage.begin < damage.end)
        found.push_back({DamageKind::kLetters, name, damage.begin, damage.end});
  }

  FolderTotals count(const std::string& folder, std::string_view prefix = "") {
    FolderTotals totals;
    const auto entries = disk_.list(directory_ + "/" + folder);
    if (!entries.ok()) return totals;
    for (const DirectoryEntry& entry : *entries) {
      if (entry.is_directory || !entry.name.starts_with(prefix)) continue;
      const auto file = disk_.open(directory_ + "/" + folder + "/" + entry.name, Open::kRead);
      const auto bytes = file.ok() ? (*file)->size() : Result<std::uint64_t>(0);
      ++totals.files;
      totals.bytes += bytes.ok() ? *bytes : 0;
    }
    return totals;
  }

  Disk& disk_;
  const std::string& directory_;
  const LogIdentity& identity_;
  FsckReport& report_;
};

/// Meets every damage once, so that it is quarantined and goes on record.
Status read_through(Tunnel& tunnel) {
  const auto scan = tunnel.scan(tunnel.status().oldest);
  while (true) {
    TT_TRY(const SharedStored batch, scan->next(kScanBytes));
    if (!batch) return {};
  }
}

const SegmentReport* find_segment(const FsckReport& report, const std::string& file) {
  for (const SegmentReport& segment : report.segments)
    if (segment.file == file) return &segment;
  return nullptr;
}

void tell(const FsckReport& before, const FsckReport& after, std::vector<std::string>& done) {
  if (before.format != "good") done.push_back("FORMAT was made again from a segment");
  for (const SegmentReport& segment : before.segments) {
    if (segment.torn_bytes > 0)
      done.push_back(fmt::format("{}: {} torn bytes at {} were copied to quarantine/ and zeroed",
                                 segment.file, segment.torn_bytes, segment.used_bytes));
    if (!find_segment(after, segment.file))
      done.push_back(segment.file + ": held no valid record and was moved to quarantine/");
  }
  for (const CursorFileReport& file : before.cursor_files)
    if (file.state == "damaged") done.push_back(file.file + " was written anew");
  const std::uint64_t recorded =
      before.lost_events(true) - std::min(before.lost_events(true), after.lost_events(true));
  if (recorded > 0)
    done.push_back(fmt::format("{} lost event{} went on record: exits get a gap dead letter",
                               recorded, recorded == 1 ? "" : "s"));
  if (after.quarantine.files > before.quarantine.files)
    done.push_back(fmt::format("damaged bytes were copied to quarantine/ ({} files)",
                               after.quarantine.files - before.quarantine.files));
  if (!before.was_clean && after.was_clean)
    done.push_back(
        fmt::format("the log was closed cleanly; the next event gets seq {}", after.next_seq));
}

}  // namespace

std::string_view to_string(DamageKind kind) {
  constexpr std::array<std::string_view, 8> kWords = {
      "format", "header", "rot", "uncertain", "missing", "unreadable", "cursors", "letters"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::uint64_t FsckReport::events() const {
  std::uint64_t sum = 0;
  for (const SegmentReport& segment : segments) sum += segment.events;
  return sum;
}

std::uint64_t FsckReport::torn_bytes() const {
  std::uint64_t sum = 0;
  for (const SegmentReport& segment : segments) sum += segment.torn_bytes;
  return sum;
}

std::uint64_t FsckReport::lost_events(bool only_new) const {
  std::uint64_t sum = 0;
  for (const FoundDamage& damage : damages)
    if (damage.takes_events() && !(only_new && damage.is_recorded))
      sum += damage.next - damage.first;
  return sum;
}

bool FsckReport::can_be_repaired() const {
  if (format != "good" || torn_bytes() > 0 || lost_events(true) > 0) return true;
  for (const CursorFileReport& file : cursor_files)
    if (file.state == "damaged") return true;
  // Without a record nothing says that it belongs to this log.
  return std::any_of(segments.begin(), segments.end(), [](const SegmentReport& segment) {
    return segment.number == 0 && segment.records == 0;
  });
}

Result<FsckReport> check_folder(Disk& disk, const std::string& directory,
                                const FsckProgress& progress) {
  TT_TRY(const auto log, LogSnapshot::open(disk, directory));
  FsckReport report{.log_id = log->log_id()};
  report.holder = DataLock::holder(disk, directory);
  TT_CHECK(check_log(disk, directory, *log, progress, report));
  TT_CHECK(FolderCheck(disk, directory, log->identity(), report).run());
  return report;
}

Result<FsckRepair> repair_folder(const DiskTunnelOptions& options, Seams seams,
                                 const FsckProgress& progress) {
  const std::string& directory = options.directory;
  FsckRepair repair;
  TT_TRY(repair.before, check_folder(seams.disk, directory, progress));
  {
    TT_TRY(const auto tunnel, open_disk_tunnel(options, seams));
    TT_CHECK(read_through(*tunnel));
    TT_CHECK(tunnel->close());
  }
  TT_TRY(repair.after, check_folder(seams.disk, directory, progress));
  tell(repair.before, repair.after, repair.done);
  const std::uint64_t events = repair.after.events();
  repair.events_gone = repair.before.events() - std::min(repair.before.events(), events);
  return repair;
}

}  // namespace tt::tunnel
