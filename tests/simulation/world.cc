// A run from its first start to its last check.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "base/log.h"
#include "event/writer.h"

namespace tt::simulation {
namespace {

// The lines of a file wait 100 ms for their sync, the cursor after it as long again; both have
// writes to do.
constexpr std::int64_t kCursorWaitNs = 250 * kNsPerMs;

}  // namespace

World::World(Plan plan, std::string folder, bool is_live)
    : plan_(std::move(plan)),
      folder_(std::move(folder)),
      trace_(clock_, is_live),
      turns_(plan_.seed ^ 0x7475726e73),
      product_(plan_.seed ^ 0x70726f64),
      chance_(plan_.seed ^ 0x6368616e6365),
      scheduler_(clock_, turns_,
                 {.interrupt_one_in = plan_.threads.interrupt_one_in,
                  .spurious_one_in = plan_.threads.spurious_one_in,
                  .on_hang =
                      [this] {
                        std::fprintf(stderr, "%s\n%s", plan_.describe().c_str(),
                                     trace_.tail().c_str());
                      }}),
      oracle_(clock_, trace_) {
  log::set_level(log::Level::kOff);
  trace_.note(plan_.describe());
  oracle_.set_repeat_window_ns(kCursorWaitNs + 8 * plan_.disk.sync_ns_max);
  network_ = std::make_unique<Network>(scheduler_, clock_, chance_, oracle_, trace_, plan_.network);
  const auto add = [&](const PlannedExit& exit) {
    oracle_.add_exit(exit.name, exit.letter, exit.order);
    if (!exit.is_file) network_->add_server(exit.name);
  };
  for (const PlannedExit& exit : kExits) add(exit);
  add(kGuest);
  disk_.set_free_bytes(kDiskBytes);
  load(0);
  start_node();
}

World::~World() {
  operator_.reset();
  node_.reset();
  network_.reset();
}

void World::load(std::uint64_t variant) {
  variant_ = variant;
  const std::string path = folder_ + "/vortex.yaml";
  std::ofstream(path) << plan_.yaml(variant);
  config::Files files;
  config::Diagnostics diagnostics;
  pipeline::ConfigSource source;
  source.paths = {path};
  const auto loaded = pipeline::load_settings(source, files, diagnostics);
  if (!loaded) {
    std::fprintf(stderr, "%s\n", config::print_text(diagnostics, files).c_str());
    TT_ASSERT(loaded);
  }
  auto settings = std::make_shared<pipeline::Settings>(*loaded);
  settings->listen.clear();
  settings_ = std::move(settings);
}

void World::start_node() {
  unanswered_ = 0;
  node_ = std::make_unique<Node>(
      Outside{clock_, scheduler_, product_, chance_, disk_, *network_, oracle_, trace_}, plan_);
  // Some die before they are up.
  std::unique_ptr<Thread> doom;
  if ((plan_.has_kills || plan_.has_power_cuts) && below(6) == 0) {
    const auto wait_ns = static_cast<std::int64_t>(below(100 * kNsPerMs));
    const End how = plan_.has_kills ? End::kKill : End::kPowerCut;
    doom = scheduler_.spawn("doom", [this, wait_ns, how] {
      scheduler_.sleep_ns(wait_ns);
      node_->die(how, "early");
    });
  }
  const Status started = node_->start(settings_);
  doom.reset();
  if (started.ok() && node_->is_alive()) {
    trace_.note("the process is up");
    return;
  }
  const std::string text = started.ok() ? "died early" : started.error().text;
  trace_.note("the process does not start: " + text);
  if (node_->is_alive() && node_->disk().failures() == 0)
    oracle_.problem("the process does not start: " + text);
  node_->die(End::kKill, "it did not start");
}

void World::bury_node() {
  operator_.reset();
  disk_failures_ += node_->disk().failures();
  node_.reset();
}

void World::live() {
  const SteadyNs end_ns = clock_.steady_ns() + plan_.active_ns;
  while (clock_.steady_ns() < end_ns && !is_broken()) {
    scheduler_.sleep_ns(static_cast<std::int64_t>(
        below(static_cast<std::uint64_t>(below(3) ? plan_.gap_ns_max : kNsPerSec) + 1)));
    if (node_->is_alive()) {
      act();
      continue;
    }
    bury_node();
    scheduler_.sleep_ns(static_cast<std::int64_t>(below(5 * kNsPerSec)));
    start_node();
  }
}

void World::act() {
  if (!is_operating_) operator_.reset();
  const std::uint64_t choice = below(24);
  // What a full disk keeps from being written is at stake, so deaths come more often then.
  const bool is_time = choice == 0 || (is_full_ && choice < 6);
  if (is_time && plan_.has_kills) return die(End::kKill, "kill -9");
  if (choice == 1 && plan_.has_power_cuts) return die(End::kPowerCut, "the power is cut");
  if (choice == 2 && plan_.has_stops) {
    operator_.reset();
    if (!node_->is_alive()) return;  // It took its time, and the disk has not waited.
    node_->stop();
    // One that a failing disk has cut short is none.
    if (unanswered_ > 0 && node_->disk().failures() == 0)
      oracle_.problem("a clean stop leaves requests without an answer");
    return;
  }
  if (choice == 3 && plan_.has_full_disks) return fill_disk();
  if (choice == 4 && plan_.has_clock_jumps) return jump();
  if (choice <= 8 && !operator_) return operate();
  append();
}

// Mostly while something is being written: then there is something to lose.
void World::die(End how, const char* why) {
  for (std::uint64_t bursts = below(4); bursts > 0; --bursts) append();
  scheduler_.sleep_ns(
      static_cast<std::int64_t>(below(2 * static_cast<std::uint64_t>(plan_.disk.sync_ns_max))));
  node_->die(how, why);
}

void World::fill_disk() {
  is_full_ = !is_full_;
  trace_.note(is_full_ ? "the disk is full" : "the disk has room again");
  disk_.set_free_bytes(is_full_ ? below(3 * plan_.segment_bytes) : kDiskBytes);
  if (is_full_) scheduler_.sleep_ns(static_cast<std::int64_t>(below(10 * kNsPerSec)));
}

void World::jump() {
  const auto hour = 3600 * kNsPerSec;
  const auto by_ns =
      static_cast<std::int64_t>(below(static_cast<std::uint64_t>(4 * hour))) - 2 * hour;
  trace_.note("the wall clock jumps by " + std::to_string(by_ns / kNsPerSec) + " s");
  clock_.set_wall_ns(clock_.wall_ns() + by_ns);
}

std::string World::random_want() {
  std::string want;
  for (const PlannedExit& exit : kExits)
    if (below(2)) want += exit.letter;
  if (below(2)) want += kGuest.letter;
  return want;
}

void World::append() {
  if (plan_.has_keys && !keyed_.empty() && below(4) == 0) {
    const Keyed& again = keyed_[below(keyed_.size())];
    return append(again.first, again.count, again.key, tunnel::AckLevel::kDisk);
  }
  const bool has_key = plan_.has_keys && below(3) == 0;
  auto level = tunnel::AckLevel::kDisk;
  if (plan_.has_all_levels && !has_key && below(2))
    level = below(2) ? tunnel::AckLevel::kWritten : tunnel::AckLevel::kMemory;
  const std::size_t count = 1 + below(below(4) ? 3 : 12);
  Number first = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Number number = oracle_.send(random_want(), level);
    if (i == 0) first = number;
  }
  const std::string key = has_key ? "key-" + std::to_string(++last_key_) : "";
  if (has_key) keyed_.push_back({key, first, count});
  append(first, count, key, level);
}

Number World::append(const std::string& want) {
  const Number number = oracle_.send(want, tunnel::AckLevel::kDisk);
  append(number, 1, "", tunnel::AckLevel::kDisk);
  return number;
}

void World::append(Number first, std::size_t count, const std::string& key,
                   tunnel::AckLevel level) {
  auto batch = std::make_shared<event::EventBatch>();
  event::EventWriter writer(*batch);
  for (std::size_t i = 0; i < count; ++i) {
    writer.begin();
    writer.set_text("message", "event " + std::to_string(first + i));
    writer.set_raw("n", std::to_string(first + i));
    writer.set_text("want", oracle_.want(first + i));
    if (const std::uint64_t alert = oracle_.alert(first + i))
      writer.set_text("alert_key", std::to_string(alert));
    TT_ASSERT(writer.finish(clock_.wall_ns()).ok());
  }
  trace_.note(
      fmt::format("send {} events from {} {} {}", count, first, tunnel::to_string(level), key));
  ++unanswered_;
  // The answer comes on a thread of the process: of a dead one nobody hears it.
  node_->daemon().tunnel().append(
      {std::move(batch), "events", key, level},
      [this, node = node_.get(), first, count](const tunnel::Appended& appended) {
        if (!node->is_alive()) return;
        --unanswered_;
        if (appended.status.ok()) {
          trace_.note(fmt::format("events from {}: seq {}{}", first, appended.first,
                                  appended.is_repeat ? " again" : ""));
          oracle_.acknowledged(first, count, appended);
        } else {
          trace_.note(fmt::format("events from {}: {}", first, appended.status.error().text));
          oracle_.refused(first, count);
        }
      });
}

// What blocks has a thread of its own, as a request of the API has.
void World::operate() {
  is_operating_ = true;
  operator_ = scheduler_.spawn("operator", [this] {
    operate_once(node_->daemon());
    is_operating_ = false;
  });
}

void World::operate_once(pipeline::Daemon& daemon) {
  const PlannedExit& exit = kExits[below(kExits.size())];
  switch (below(6)) {
    case 0:
      if (!plan_.has_pauses) break;
      trace_.note(fmt::format("pause {}", exit.name));
      (void)daemon.pause(exit.name, true);
      scheduler_.sleep_ns(static_cast<std::int64_t>(below(60 * kNsPerSec)));
      (void)daemon.pause(exit.name, false);
      return;
    case 1:
      if (plan_.has_reloads) return reload(daemon);
      break;
    case 2:
      (void)daemon.fates(1 + below(oracle_.sent_count() + 1));
      return;
    case 3:
      (void)daemon.test(exit.name, "{}");
      return;
    case 4: {
      const auto letters = daemon.tunnel().dead_letters().list(exit.name, 0, 3);
      if (!letters.ok() || letters->empty()) break;
      std::vector<std::uint64_t> numbers;
      for (const tunnel::DeadLetter& letter : *letters) {
        numbers.push_back(letter.number);
        oracle_.asked_again(exit.name, letter.seq);
      }
      (void)daemon.retry_dead(exit.name, numbers);
      return;
    }
    default:
      if (plan_.has_replays && !exit.is_file) return replay(daemon, exit);
      break;
  }
  (void)look(daemon);
}

void World::reload(pipeline::Daemon& daemon) {
  const std::uint64_t before = variant_;
  load(variant_ + 1);
  trace_.note("reload");
  const pipeline::ReloadReport report = daemon.reload();
  log::set_level(log::Level::kOff);  // The configuration asks for more.
  if (report.ok) return;
  trace_.note("reload refused: " + report.diagnostics_text);
  if (node_->is_alive() && node_->disk().failures() == 0 && !is_full_)
    oracle_.problem("a reload was refused: " + report.diagnostics_text);
  load(before);
}

Outcome World::outcome() {
  if (node_) disk_failures_ += node_->disk().failures();
  return {.problem = oracle_.first_problem(),
          .story = plan_.describe() + "\n" + trace_.tail(),
          .hash = trace_.hash() ^ scheduler_.hash(),
          .events = oracle_.sent_count(),
          .acknowledged = oracle_.acknowledged_count(),
          .requests = network_->requests(),
          .deaths = oracle_.deaths(),
          .switches = scheduler_.switches(),
          .hours = static_cast<double>(clock_.steady_ns()) / (3600.0 * kNsPerSec)};
}

Outcome run_seed(std::uint64_t seed, const std::string& folder, bool is_live) {
  World world(Plan(seed), folder, is_live);
  world.live();
  world.heal();
  return world.outcome();
}

}  // namespace tt::simulation
