// From a seed to a swarm of faults and a YAML text.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/plan.h"

#include <fmt/format.h>

namespace tt::simulation {
namespace {

/// The body that the servers understand, as a template of one event.
constexpr std::string_view kBody =
    R"({id: "{{ meta.id }}", n: "{{ event.n }}", message: "{{ event.message }}"})";

}  // namespace

Plan::Plan(std::uint64_t the_seed) : seed(the_seed) {
  SeededRandom random(seed ^ 0x706c616e);
  const auto is = [&](std::uint64_t one_in = 2) { return random.below(one_in) == 0; };
  const auto one_of = [&](std::initializer_list<std::uint64_t> values) {
    return values.begin()[random.below(values.size())];
  };
  threads = {.interrupt_one_in = one_of({0, 0, 300, 40, 8}),
             .spurious_one_in = one_of({0, 50}),
             .on_hang = {}};
  disk.sync_ns_max = static_cast<std::int64_t>(one_of({200, 2'000, 20'000, 200'000})) * kNsPerUs;
  if (is(5)) disk.sync_one_in = one_of({20, 200});
  if (is(8)) disk.write_one_in = one_of({100, 500});
  network.latency_ns_max = static_cast<std::int64_t>(one_of({1, 20, 200, 5'000})) * kNsPerMs;
  if (is()) network.lost_request_one_in = one_of({5, 30});
  if (is()) network.lost_answer_one_in = one_of({5, 30});
  if (is(3)) network.slow_one_in = one_of({8, 40});
  if (is()) network.error_one_in = one_of({3, 20});
  if (is()) network.outage_one_in = one_of({10, 60});
  network.outage_ns_max = static_cast<std::int64_t>(one_of({5, 60, 900, 7'200})) * kNsPerSec;
  if (is()) network.refuses_one_in = one_of({7, 40});
  if (is(3)) network.sickens_one_in = one_of({11, 50});
  active_ns = static_cast<std::int64_t>(one_of({60, 600, 1'800, 3'600})) * kNsPerSec;
  gap_ns_max = active_ns / static_cast<std::int64_t>(one_of({40, 100, 160}));
  has_kills = is();
  has_power_cuts = is();
  has_stops = is(3);
  has_full_disks = is(4);
  has_clock_jumps = is(5);
  has_reloads = is(3);
  has_pauses = is(3);
  has_short_retention = is(4);
  has_all_levels = is();
  // A key lives as long as the record that holds it.
  has_keys = is() && !has_short_retention;
  segment_bytes = one_of({8, 32, 128}) << 10;
  retry_cap_s = static_cast<std::int64_t>(one_of({2, 60, 300}));
  timeout_s = static_cast<std::int64_t>(one_of({2, 20}));
  batch_events = static_cast<int>(one_of({2, 7, 50}));
  has_replays = is(3);
}

Plan Plan::calm() {
  Plan plan;
  plan.disk.sync_ns_max = kNsPerMs;
  plan.segment_bytes = 128u << 10;
  plan.retry_cap_s = 300;
  plan.timeout_s = 20;
  plan.batch_events = 7;
  return plan;
}

std::string Plan::exit_yaml(const PlannedExit& exit, const std::string& name,
                            std::uint64_t variant) const {
  if (exit.is_file)
    return fmt::format("  {}: {{type: file, path: {}, line: '{{{{ meta.id }}}} {{{{ event.n }}}}'",
                       name, kArchivePath);
  constexpr const char* kOrders[] = {"tunnel", "strict", "none"};
  std::string text = fmt::format(
      "  {}: {{type: webhook, url: 'http://{}/', body: {}, order: {}, timeout: {}s, "
      "retry: {{base: {}s, cap: {}s, max_age: 365d}}, max_lag: {{age: 365d}}",
      name, exit.name, kBody, kOrders[static_cast<int>(exit.order)], timeout_s, 1 + variant % 2,
      retry_cap_s + 1);
  if (std::string_view(exit.name) == "batch")
    text += fmt::format(", format: ndjson, batch: {{events: {}, wait: {}ms}}", batch_events,
                        100 + variant % 3 * 400);
  if (exit.order == portals::Order::kNone) text += ", in_flight: 4";
  return text;
}

std::string Plan::yaml(std::uint64_t variant) const {
  std::string text = "listen: 127.0.0.1:8420\nlog: error\nself: false\n";
  text += fmt::format("data: {}\n", kDataPath);
  text += fmt::format("tunnel: {{keep_for: {}}}\n", has_short_retention ? "1m" : "365d");
  text += fmt::format("let: {{variant: 'event.n == {}'}}\n", variant);
  text += "exits:\n";
  for (const PlannedExit& exit : kExits) text += exit_yaml(exit, exit.name, variant) + "}\n";
  // In turn: no guest, a guest, the same under another name, the same without a word of the old.
  const std::uint64_t turn = variant % 4;
  const std::string guest = fmt::format("{}{}", turn == 1 ? "guest" : "visitor", variant / 4);
  if (turn > 0)
    text += exit_yaml(kGuest, guest, variant) +
            (turn == 2 ? fmt::format(", was: guest{}}}\n", variant / 4) : "}\n");
  text += "rules:\n";
  const auto add_rule = [&](char letter, std::string_view exit) {
    const std::string when = fmt::format("event.want.contains(\"{}\")", letter);
    // The same meaning, with another rule before it or without.
    if (variant % 2) text += fmt::format("  - {{when: '!({})', to: []}}\n", when);
    text += fmt::format("  - {{when: '{}', to: {}}}\n", when, exit);
  };
  for (const PlannedExit& exit : kExits) add_rule(exit.letter, exit.name);
  if (turn > 0) add_rule(kGuest.letter, guest);
  return text;
}

std::string Plan::describe() const {
  return fmt::format(
      "seed {}: {} s, interrupt {}, spurious {}, sync {} us, sync fails {}, write fails {}, "
      "lost request {} answer {} slow {} error {} outage {} ({} s), refuses {} sickens {}, "
      "kills {} power cuts {} stops {} full {} jumps {} reloads {} pauses {} short {} levels {} "
      "keys {}, replays {}, segment {}",
      seed, active_ns / kNsPerSec, threads.interrupt_one_in, threads.spurious_one_in,
      disk.sync_ns_max / kNsPerUs, disk.sync_one_in, disk.write_one_in, network.lost_request_one_in,
      network.lost_answer_one_in, network.slow_one_in, network.error_one_in, network.outage_one_in,
      network.outage_ns_max / kNsPerSec, network.refuses_one_in, network.sickens_one_in, has_kills,
      has_power_cuts, has_stops, has_full_disks, has_clock_jumps, has_reloads, has_pauses,
      has_short_retention, has_all_levels, has_keys, has_replays, segment_bytes);
}

}  // namespace tt::simulation
