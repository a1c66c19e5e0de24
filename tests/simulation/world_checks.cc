// The end of a run: all faults stop, and what was promised must come true.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/text.h"
#include "simulation/world.h"

namespace tt::simulation {
namespace {

// The longest pause that an exit may make of its own: the breaker's five minutes, and a tenth.
constexpr std::int64_t kDrainNsMax = 3600 * kNsPerSec;
// Intake comes back within two seconds of room on the disk; a restart takes no longer.
constexpr std::int64_t kIntakeNsMax = 5 * kNsPerSec;

/// Lines `<log>-<seq> <number>`.
std::vector<std::pair<tunnel::Seq, Number>> parse_lines(std::string_view text) {
  std::vector<std::pair<tunnel::Seq, Number>> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    const std::size_t dash = line.rfind('-', space);
    if (space == std::string_view::npos || dash == std::string_view::npos) continue;
    const auto seq = parse_u64(line.substr(dash + 1, space - dash - 1));
    const auto number = parse_u64(line.substr(space + 1));
    if (seq && number) lines.emplace_back(*seq, *number);
  }
  return lines;
}

}  // namespace

void World::heal() {
  if (is_broken()) return;
  trace_.note("healed");
  network_->heal();
  plan_.disk.sync_one_in = plan_.disk.write_one_in = 0;
  plan_.has_kills = plan_.has_power_cuts = false;
  node_->disk().heal();
  disk_.heal();
  is_full_ = false;
  disk_.set_free_bytes(kDiskBytes);
  operator_.reset();
  if (!node_->is_alive()) {
    bury_node();
    start_node();
  }
  if (!is_broken()) check_intake();
  if (!is_broken()) wait_until_drained();
  if (!is_broken()) check_deliveries();
  if (!is_broken()) check_quiet_after_restart();
  if (!is_broken()) check_log();
}

// A sender that is refused comes again.
void World::check_intake() {
  const SteadyNs until_ns = clock_.steady_ns() + kIntakeNsMax;
  while (clock_.steady_ns() < until_ns) {
    const Number number = append("sbtaf");
    scheduler_.sleep_ns(500 * kNsPerMs);
    if (oracle_.is_acknowledged(number)) return;
  }
  oracle_.problem("intake does not come back");
}

std::vector<pipeline::ExitStatus> World::look(pipeline::Daemon& daemon) {
  std::vector<pipeline::ExitStatus> exits = daemon.exits();
  if (!node_->is_alive()) return exits;
  for (const pipeline::ExitStatus& e : exits)
    if (e.accepted != e.delivered + e.filtered + e.suppressed + e.dead + e.pending)
      oracle_.problem(fmt::format(
          "exit {}: {} accepted, but {} delivered, {} filtered, {} suppressed, {} dead, {} pending",
          e.name, e.accepted, e.delivered, e.filtered, e.suppressed, e.dead, e.pending));
  return exits;
}

bool World::is_drained() {
  const tunnel::Seq visible = node_->daemon().tunnel().status().visible;
  for (const pipeline::ExitStatus& exit : look(node_->daemon()))
    if (exit.cursor < visible || exit.in_flight > 0 || exit.parked > 0) return false;
  for (const PlannedExit& exit : kExits)
    if (is_replaying(node_->daemon(), exit)) return false;
  return unanswered_ == 0;
}

void World::wait_until_drained() {
  const SteadyNs until_ns = clock_.steady_ns() + kDrainNsMax;
  while (!is_drained()) {
    if (clock_.steady_ns() < until_ns) {
      scheduler_.sleep_ns(10 * kNsPerSec);
      continue;
    }
    std::string text = fmt::format("not drained, {} requests unanswered", unanswered_);
    for (const pipeline::ExitStatus& exit : node_->daemon().exits())
      text += fmt::format("; {}: {} cursor {} in flight {} parked {} behind {} {}", exit.name,
                          exit.state, exit.cursor, exit.in_flight, exit.parked, exit.behind,
                          exit.problem);
    return oracle_.problem(text);
  }
}

void World::check_deliveries() {
  for (const PlannedExit& exit : kExits) {
    if (exit.is_file) continue;
    std::map<tunnel::Seq, std::string> reasons;
    const auto letters = node_->daemon().tunnel().dead_letters().list(exit.name, 0, 1u << 20);
    if (!letters.ok()) return oracle_.problem("no dead letters: " + letters.error().text);
    // A power cut may tear holes into a group that nobody was told of: a gap is an honest word for
    // these, and no excuse for an event that was acknowledged.
    for (const tunnel::DeadLetter& letter : *letters)
      if (letter.reason != "gap" || oracle_.deaths() == 0) reasons[letter.seq] = letter.reason;
    for (const auto& [seq, reason] : reasons)
      if (reason != "rejected")
        oracle_.problem(fmt::format("exit {}: seq {} is dead: {}", exit.name, seq, reason));
    oracle_.check_exit(exit.name, reasons);
    check_replays(exit, reasons);
  }
}

// After a clean stop nothing is sent again, and everything owed is still on the disk.
void World::check_quiet_after_restart() {
  node_->stop();
  const bool may_repeat = oracle_.deaths() > 0 || disk_failures_ + node_->disk().failures() > 0;
  oracle_.check_file("archive", parse_lines(disk_.bytes(std::string(kArchivePath))), may_repeat);
  const std::uint64_t before = network_->requests();
  bury_node();
  start_node();
  if (is_broken()) return;
  scheduler_.sleep_ns(30 * kNsPerSec);
  if (network_->requests() != before)
    oracle_.problem("a start after a clean stop sends something again");
}

void World::check_log() {
  std::map<tunnel::Seq, Number> stored;
  const auto scan = node_->daemon().tunnel().scan(0);
  while (true) {
    const auto batch = scan->next(1u << 20);
    if (!batch.ok()) return oracle_.problem("the log cannot be read: " + batch.error().text);
    if (!*batch) break;
    for (const tunnel::StoredEvent& event : (*batch)->events()) {
      constexpr std::string_view kName = "\"n\":";
      const std::string_view json = event.event.json;
      const std::size_t at = json.find(kName);
      if (at == std::string_view::npos) continue;
      const std::string_view rest = json.substr(at + kName.size());
      const auto number = parse_u64(rest.substr(0, rest.find_first_not_of("0123456789")));
      if (number) stored[event.meta.seq] = *number;
    }
  }
  const tunnel::Seq oldest = node_->daemon().tunnel().status().oldest;
  for (const auto& [seq, number] : oracle_.owed()) {
    if (seq < oldest && plan_.has_short_retention) continue;
    const auto found = stored.find(seq);
    if (found == stored.end() || found->second != number)
      oracle_.problem(fmt::format("event {} (seq {}) is not in the log", number, seq));
  }
}

}  // namespace tt::simulation
