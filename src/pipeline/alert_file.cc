// Reading and writing the copy of known alerts.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alert_file.h"

#include "base/log.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

// JSON may take twice the room of what it tells.
constexpr std::size_t kAlertFileBytesMax = 4 * kAlertsBytesMax;
// Who tells of alerts is given this long after a start: what it does not tell of is over.
constexpr std::int64_t kGraceNs = 300 * kNsPerSec;

}  // namespace

void AlertFile::restore(const Settings& settings, WallNs now_ns) {
  // Without a copy no event could be told from those that were forgotten: a crash before the first
  // one would make news of all that fires.
  if (!disk_.exists(path_)) return write();
  const auto text = read_file(disk_, path_, kAlertFileBytesMax);
  const auto seq = text.ok() ? memory_.decode(*text) : Result<tunnel::Seq>(text.error());
  if (!seq.ok())
    return log::error("known alerts cannot be read: those that fire are told once more",
                      {{"file", path_}, {"error", seq.error().text}});
  fold_from(*seq, settings);
  memory_.wait_until(now_ns + kGraceNs);
  kept_changes_ = memory_.changes();
}

void AlertFile::fold_from(tunnel::Seq seq, const Settings& settings) {
  const auto scan = tunnel_.scan(seq);
  for (;;) {
    const auto batch = scan->next(kReadBytesMax);
    if (!batch.ok())
      return log::warning("events that tell of alerts cannot be read",
                          {{"error", batch.error().text}});
    if (!*batch) return;
    for (const tunnel::StoredEvent& stored : (*batch)->events()) {
      const EntrySettings* entry = settings.find_entry(stored.meta.entry);
      const auto telling = entry ? entry->portal->alerts() : std::nullopt;
      if (telling)
        memory_.fold(std::string(stored.meta.entry), *telling, stored.event,
                     stored.meta.received_ns);
    }
  }
}

void AlertFile::keep(bool is_last) {
  const std::uint64_t changes = memory_.changes(), renewals = memory_.renewals();
  if (changes == kept_changes_ && (!is_last || renewals == kept_renewals_)) return;
  write();
}

void AlertFile::write() {
  const std::uint64_t changes = memory_.changes(), renewals = memory_.renewals();
  // Before the copy is made: what comes in between is folded twice, which does no harm.
  const tunnel::Seq seq = tunnel_.status().visible;
  if (Status kept = write_file(disk_, path_, memory_.encode(seq) + "\n"); !kept.ok())
    return log::warning("known alerts are not kept", {{"error", kept.error().text}});
  kept_changes_ = changes;
  kept_renewals_ = renewals;
}

}  // namespace tt::pipeline
