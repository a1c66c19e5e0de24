// Two routers over the backlog; a difference counts for the exits that have the event before them.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/moved.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "pipeline/limits.h"
#include "pipeline/routing.h"

namespace tt::pipeline {
namespace {

/// An exit of the old ruleset and its place in both.
struct Pair {
  const PendingEvents* pending;
  std::size_t old_index;
  std::optional<std::size_t> new_index;  // Nothing: removed.
  std::string name;                      // In the new ruleset.
};

std::vector<Pair> pair_exits(const Settings& old, const Settings& next,
                             std::span<const PendingEvents> exits) {
  std::vector<Pair> pairs;
  for (const PendingEvents& pending : exits) {
    const auto found = old.ruleset->find_exit(pending.exit);
    if (!found) continue;
    const auto successor = find_successor(next, pending.exit);
    pairs.push_back(
        {&pending, *found, successor, successor ? next.exits[*successor].name : pending.exit});
  }
  return pairs;
}

}  // namespace

MovedEvents count_moved(tunnel::Tunnel& tunnel, const Settings& old, const Settings& next,
                        std::span<const PendingEvents> exits, std::uint64_t events_max) {
  MovedEvents moved;
  const std::vector<Pair> pairs = pair_exits(old, next, exits);
  if (pairs.empty()) return moved;
  const auto first = std::min_element(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return a.pending->from < b.pending->from;
  });
  const std::string log_id(tunnel.log_id());
  BatchRouter before(old.ruleset, log_id), after(next.ruleset, log_id);
  rules::ExitBits old_bits, new_bits;
  const auto scan = tunnel.scan(first->pending->from);
  for (std::uint64_t seen = 0;;) {
    const auto batch = scan->next(kReadBytesMax);
    if (batch.ok() && !*batch) return moved;
    moved.is_cut = !batch.ok() || seen >= events_max;
    if (moved.is_cut) return moved;
    const auto events = (*batch)->events();
    seen += events.size();
    before.route(**batch, old_bits);
    after.route(**batch, new_bits);
    for (const Pair& pair : pairs) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        const tunnel::Seq seq = events[i].meta.seq;
        const bool goes = pair.new_index && new_bits.test(i, *pair.new_index);
        if (seq < pair.pending->from || old_bits.test(i, pair.old_index) == goes) continue;
        if (!pair.pending->is_decided(seq)) ++moved.by_exit[pair.name];
      }
    }
  }
}

}  // namespace tt::pipeline
