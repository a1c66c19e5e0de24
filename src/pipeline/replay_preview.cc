// One pass over the range with the rules in force, which ends when it has taken too long.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/replay_preview.h"

#include <algorithm>
#include <memory>

#include "base/utf8.h"
#include "pipeline/limits.h"
#include "pipeline/routing.h"
#include "pipeline/where.h"

namespace tt::pipeline {
namespace {

constexpr tunnel::Seq kFirstSeq = 1;
constexpr std::size_t kMessageBytesMax = 200;

WallNs received_of_oldest(tunnel::Tunnel& tunnel) {
  const auto scan = tunnel.scan(tunnel.status().oldest);
  while (true) {
    const auto batch = scan->next(kReadBytesMax);
    if (!batch.ok() || !*batch) return 0;
    if (!(*batch)->events().empty()) return (*batch)->events().front().meta.received_ns;
  }
}

/// Of a range that begins with a time nobody knows how many of the removed events fell into it.
std::uint64_t removed_of(tunnel::Tunnel& tunnel, const ReplayRange& range, WallNs kept_since_ns) {
  const tunnel::Seq oldest = tunnel.status().oldest;
  if (range.since_ns == 0)
    return tunnel.count(std::max(range.since, kFirstSeq), std::min(oldest, range.until));
  const bool begins_before = kept_since_ns == 0 || range.since_ns < kept_since_ns;
  return begins_before ? tunnel.count(kFirstSeq, oldest) : 0;
}

}  // namespace

Result<ReplayPreview> preview_replay(tunnel::Tunnel& tunnel, Clock& clock, const Settings& settings,
                                     const ReplayRange& range,
                                     const std::function<bool(tunnel::Seq)>& is_decided) {
  const auto exit = settings.ruleset->find_exit(range.exit);
  if (!exit) return reject("no exit `" + range.exit + "`");
  std::unique_ptr<Where> where;
  if (!range.where.empty()) {
    TT_TRY(where, Where::compile(range.where));
  }
  const tunnel::TunnelStatus status = tunnel.status();
  ReplayPreview preview{.since = std::max(range.since, status.oldest),
                        .until = std::min(range.until, status.visible),
                        .kept_since_ns = received_of_oldest(tunnel),
                        .pages = settings.exits[*exit].type->pages};
  preview.removed_max = removed_of(tunnel, range, preview.kept_since_ns);
  preview.since = std::min(preview.since, preview.until);

  const std::string log_id(tunnel.log_id());
  BatchRouter router(settings.ruleset, log_id);
  rules::ExitBits bits;
  const SteadyNs end_ns = clock.steady_ns() + kReplayPreviewMs * kNsPerMs;
  const auto scan = tunnel.scan(preview.since);
  for (tunnel::Seq next = preview.since; next < preview.until;) {
    preview.is_cut = clock.steady_ns() > end_ns;
    if (preview.is_cut) break;
    TT_TRY(const auto batch, scan->next(kReadBytesMax));
    if (!batch) break;
    const auto events = batch->events();
    router.route(*batch, bits);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const tunnel::Meta& meta = events[i].meta;
      if (meta.seq < preview.since || meta.seq >= preview.until || !bits.test(i, *exit)) continue;
      if (!is_decided(meta.seq)) continue;
      const std::string id = tunnel::format_id(log_id, meta.seq);
      if (where && !where->matches(events[i], id)) continue;
      if (preview.count++ == 0) {
        preview.first_ns = meta.received_ns;
        preview.example_id = id;
        preview.example_message = clip_bytes(events[i].event.text("message"), kMessageBytesMax);
      }
      preview.last_ns = meta.received_ns;
    }
    next = batch->next;
  }
  return preview;
}

}  // namespace tt::pipeline
