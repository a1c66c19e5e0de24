// The report of fsck from top to bottom: folder, segments, exits, damage, one last line.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/fsck_print.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "base/text.h"
#include "base/units.h"

namespace tt::vortex {
namespace {

using tunnel::DamageKind;
using tunnel::FoundDamage;
using tunnel::FsckReport;

constexpr std::size_t kDamagesShown = 50;

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Rounded: `format_size` is exact, and exact sizes are hard to read.
std::string about(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (bytes < 1u << 20) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  if (bytes < 1u << 30) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
}

class TextReport {
 public:
  TextReport(const std::string& folder, const FsckReport& report)
      : folder_(folder), report_(report) {}

  std::string print() {
    head();
    segments();
    exits();
    damages();
    verdict();
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  void head() {
    line("{}: log {}, FORMAT {}, {} in {}, next seq {}", folder_, report_.log_id, report_.format,
         counted(report_.events(), "event"), counted(report_.segments.size(), "segment"),
         report_.next_seq);
    if (!report_.holder.empty())
      line("process {} runs here: read beside it, nothing is written", report_.holder);
    else
      line("last stop: {}", report_.was_clean ? "clean" : "not clean (killed, or the power went)");
    line("spares {}, quarantine {} files ({}), kept configurations {}", report_.spares.files,
         report_.quarantine.files, about(report_.quarantine.bytes), report_.generations.files);
  }

  void segments() {
    if (report_.segments.empty()) return;
    line("\n{:<31} {:>9} {:>9}  {:<23} {:>10}  {:<8} {:<20}  {}", "segment", "records", "events",
         "seqs", "used", "state", "first received", "last received");
    for (const tunnel::SegmentReport& one : report_.segments) {
      const bool has_events = one.events > 0;
      line("{:<31} {:>9} {:>9}  {:<23} {:>10}  {:<8} {:<20}  {}", one.file, one.records, one.events,
           has_events ? fmt::format("{}..{}", one.first_seq, one.last_seq) : "-",
           about(one.used_bytes),
           one.damages          ? "damaged"
           : one.is_sealed      ? "sealed"
           : one.torn_bytes > 0 ? "torn"
                                : "open",
           has_events ? format_time(one.first_ns / kNsPerSec * kNsPerSec) : "-",
           has_events ? format_time(one.last_ns / kNsPerSec * kNsPerSec) : "-");
    }
  }

  void exits() {
    line("");
    for (const tunnel::CursorFileReport& file : report_.cursor_files)
      line("{:<31} {}{}", file.file, file.state, file.is_used ? ", in use" : "");
    for (const tunnel::CursorReport& cursor : report_.cursors)
      line("cursor {:<24} at {}, {} behind", printable(cursor.exit), cursor.low,
           counted(cursor.lag, "event"));
    for (const tunnel::SideReport& box : report_.dead)
      line("dead letters {:<18} {} kept, {}", printable(box.exit), box.kept, about(box.bytes));
    if (report_.attempts.records > 0)
      line("{:<31} {} kept, {}{}", "attempts", report_.attempts.kept, about(report_.attempts.bytes),
           report_.attempts.damages
               ? fmt::format(", {} (notes only: nothing depends on them)",
                             counted(report_.attempts.damages, "damaged stretch"))
               : "");
    for (const tunnel::Gap& gap : report_.gaps)
      line("gap on record: seqs {}..{}", gap.first, gap.next - 1);
  }

  void damages() {
    if (report_.damages.empty()) return;
    line("");
    for (std::size_t i = 0; i < report_.damages.size() && i < kDamagesShown; ++i)
      line("damage: {}", describe(report_.damages[i]));
    if (report_.damages.size() > kDamagesShown)
      line("... and {} more; --json has all", report_.damages.size() - kDamagesShown);
  }

  static std::string describe(const FoundDamage& damage) {
    const std::string place =
        damage.begin < damage.end
            ? fmt::format("{} bytes {}..{}", damage.file, damage.begin, damage.end - 1)
        : damage.begin > 0 ? fmt::format("{} at byte {}", damage.file, damage.begin)
                           : damage.file;
    const std::string seqs = damage.first + 1 < damage.next
                                 ? fmt::format("s {}..{}", damage.first, damage.next - 1)
                                 : fmt::format(" {}", damage.first);
    std::string text = fmt::format("{} ({})", place, to_string(damage.kind));
    if (damage.kind == DamageKind::kLetters) return text + ", a dead letter may be lost";
    if (damage.kind == DamageKind::kHeader) return text + ", is made again from the name";
    if (damage.first < damage.next)
      text += fmt::format(", event{} lost{}", seqs, damage.is_recorded ? ", on record" : "");
    if (damage.kind == DamageKind::kUncertain) text += ", perhaps never acknowledged";
    return text;
  }

  void verdict() {
    line("");
    const std::uint64_t lost = report_.lost_events(), unrecorded = report_.lost_events(true);
    if (report_.damages.empty()) {
      line("fine{}", report_.torn_bytes() > 0
                         ? fmt::format("; the next start (or --repair) removes {} of a torn write "
                                       "that was never acknowledged",
                                       counted(report_.torn_bytes(), "byte"))
                         : "");
      return;
    }
    out_ += fmt::format("{}: ", counted(report_.damages.size(), "damage"));
    out_ += lost ? fmt::format("at most {} lost", counted(lost, "event")) : "no event lost";
    if (!report_.can_be_repaired())
      line("; {}: nothing to repair, the rest is readable; goes when retention removes the segment",
           lost ? "on record" : "every reader passes it");
    else if (!report_.holder.empty())
      line("; the daemon reports and records what it meets; stop it for --repair");
    else if (unrecorded > 0)
      line("; the next start (or --repair) puts {} on record and loses nothing more",
           counted(unrecorded, "event"));
    else
      line("; the next start (or --repair) makes it good");
  }

  const std::string& folder_;
  const FsckReport& report_;
  std::string out_;
};

}  // namespace

std::string print_fsck(const std::string& folder, const FsckReport& report) {
  return TextReport(folder, report).print();
}

}  // namespace tt::vortex
