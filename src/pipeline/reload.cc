// Reload in two phases: above the line everything may fail and changes nothing; below it nothing
// may fail.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/text.h"
#include "pipeline/check.h"
#include "pipeline/daemon_impl.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

// A removed exit that answers within it has let go of its cursor before the reload is reported.
constexpr std::int64_t kRemovedExitGraceNs = kNsPerSec;
constexpr std::int64_t kLookForCursorsNs = 5 * kNsPerSec;

/// What is opened once in a life of the daemon.
void warn_of_restart(const Settings& old, const Settings& next, config::Diagnostics& diagnostics) {
  const auto warn = [&](const std::string& key) {
    diagnostics.warning("needs-restart", {},
                        "`" + key +
                            "` has changed; it takes effect at the "
                            "next start");
  };
  if (next.data != old.data) warn("data");
  if (next.listen != old.listen) warn("listen");
  if (next.api.listen != old.api.listen) warn("api.listen");
  if (next.tls != old.tls) warn("tls");
}

std::string first_error(const config::Diagnostics& diagnostics) {
  for (const config::Diagnostic& one : diagnostics.list())
    if (one.severity == config::Severity::kError) return one.text;
  return "it cannot be read";
}

/// An editor that writes a file truncates it first: what is empty then is meant by nobody.
void check_for_text(const config::Files& files, config::Diagnostics& diagnostics) {
  for (int file = 0; file < static_cast<int>(files.size()); ++file)
    if (trim(files.text(file)).empty())
      diagnostics.error("file-unreadable", {file, 0, 0, 1},
                        "the file is empty: the configuration in force stays",
                        "is it being written? if you mean it, write a comment into it");
}

}  // namespace

ReloadReport RunningDaemon::refuse(const config::Diagnostics& diagnostics,
                                   const config::Files& files) {
  ReloadReport report{.ok = false,
                      .generation = generation_.load(),
                      .reason = first_error(diagnostics),
                      .diagnostics_text = config::print_text(diagnostics, files),
                      .diagnostics_json = config::print_json(diagnostics, files)};
  log::error("reload refused, the old configuration stays",
             {{"generation", report.generation},
              {"errors", diagnostics.count(config::Severity::kError)},
              {"first", report.reason}});
  counter(seams_.metrics, "tt_reloads_total", {{"result", "refused"}}).add();
  gauge(seams_.metrics, "tt_config_reload_refused").set(1);
  self_.reload_failed(report.reason);
  std::lock_guard lock(status_mutex_);
  config_status_.last_failure = report;
  config_status_.failed_ns = seams_.clock.wall_ns();
  config_status_.is_refused = true;
  return report;
}

ReloadReport RunningDaemon::reload() {
  std::lock_guard one_at_a_time(reload_mutex_);
  config::Files files;
  config::Diagnostics diagnostics;
  const auto old = settings_.load();
  const auto loaded = load_settings(old->source, files, diagnostics);
  check_for_text(files, diagnostics);
  if (!loaded || diagnostics.has_errors()) return refuse(diagnostics, files);
  warn_of_restart(*old, *loaded, diagnostics);
  // Sockets stay as they were opened: who may send is judged by what is really reachable.
  auto next = std::make_shared<Settings>(*loaded);
  next->data = old->data;
  next->listen = old->listen;
  next->api.listen = old->api.listen;
  next->tls = old->tls;
  check_auth(*next, {}, diagnostics);
  if (diagnostics.has_errors()) return refuse(diagnostics, files);

  auto streams = open_streams(*next);
  if (!streams.ok()) {
    diagnostics.error("listen-failed", {}, streams.error().text);
    return refuse(diagnostics, files);
  }
  // Kept before new exits open: a cursor once made has a beginning that a refusal cannot take back.
  const auto generation = generations_->keep(next->text, seams_.clock.wall_ns());
  if (!generation.ok()) {
    diagnostics.error("file-unreadable", {}, generation.error().text);
    return refuse(diagnostics, files);
  }
  const auto is_known = [&](const std::string& name) {
    return std::any_of(old->exits.begin(), old->exits.end(),
                       [&](const ExitSettings& exit) { return exit.name == name; });
  };
  std::map<std::string, std::shared_ptr<Delivery>> opened;
  for (std::size_t i = 0; i < next->exits.size(); ++i) {
    const ExitSettings& exit = next->exits[i];
    if (is_known(exit.name)) continue;
    // The cursor is that of an exit that still runs, or is running out: it must let go of it first.
    if (late_.is_leaving(exit.name)) continue;
    if (const auto& was = exit.portal->common().was)
      if (is_known(*was) || late_.is_leaving(*was)) continue;
    auto delivery = open_exit(*next, i);
    if (!delivery.ok()) {
      diagnostics.error("file-unreadable", {}, delivery.error().text);
      if (*generation != generation_.load())
        if (Status dropped = generations_->drop(*generation); !dropped)
          log::warning("a refused configuration is still kept as the newest one",
                       {{"generation", *generation}, {"error", dropped.error().text}});
      return refuse(diagnostics, files);
    }
    opened.emplace(exit.name, *std::move(delivery));
  }
  auto moved = count_moved(*tunnel_, *old, *next, pending_events(), kMovedEventsMax);
  // ---- Above this line everything may fail and changes nothing; below it nothing may fail. ----

  swap(next, *generation, std::move(opened), *std::move(streams));
  counter(seams_.metrics, "tt_reloads_total", {{"result", "applied"}}).add();
  self_.enable(next->self_events);
  self_.reload_applied(*generation);
  log::info("reloaded", {{"generation", *generation},
                         {"entries", next->entries.size()},
                         {"exits", next->exits.size()}});
  std::lock_guard lock(status_mutex_);
  config_status_.generation = *generation;
  config_status_.loaded_ns = seams_.clock.wall_ns();
  config_status_.is_refused = false;
  return {.ok = true,
          .generation = *generation,
          .moved = std::move(moved.by_exit),
          .moved_is_cut = moved.is_cut,
          .diagnostics_text = config::print_text(diagnostics, files),
          .diagnostics_json = config::print_json(diagnostics, files)};
}

std::vector<PendingEvents> RunningDaemon::pending_events() {
  std::vector<PendingEvents> all;
  loop_->run([&] {
    for (const auto& delivery : deliveries_)
      all.push_back({delivery->settings().name, delivery->pending_from(),
                     [delivery](tunnel::Seq seq) { return delivery->is_decided(seq); }});
  });
  return all;
}

void RunningDaemon::swap(std::shared_ptr<const Settings> next, std::uint64_t generation,
                         std::map<std::string, std::shared_ptr<Delivery>> opened, Streams streams) {
  Deliveries removed;
  loop_->run([&] {
    routing_->swap(next, generation);
    Deliveries kept;
    for (auto& delivery : deliveries_) {
      const auto exit = std::find_if(next->exits.begin(), next->exits.end(), [&](const auto& e) {
        return e.name == delivery->settings().name;
      });
      if (exit == next->exits.end()) {
        const std::string& name = delivery->settings().name;
        self_.exit_removed(name);
        late_.leaves(name);
        delivery->leave();
        delivery->on_gone([this, name] { exit_is_gone(name); });
        removed.push_back(std::move(delivery));
        continue;
      }
      delivery->replace(*exit, static_cast<std::size_t>(exit - next->exits.begin()));
      kept.push_back(std::move(delivery));
    }
    for (auto& [name, delivery] : opened) kept.push_back(std::move(delivery));
    deliveries_ = std::move(kept);
    replays_->replace();
  });
  settings_.store(next);
  show_generation(generation);
  intake_->swap(*next);
  log::set_level(next->log_level);
  if (!drain(removed, seams_.clock.steady_ns() + kRemovedExitGraceNs))
    log::warning("an exit that left the configuration still waits for an answer");
  removed.clear();
  // Two rounds of the loop: what held the removed exits last is gone, and their readers are closed.
  // Their cursors are orphans now, or `was` takes them.
  loop_->run([] {});
  loop_->run([] {});
  open_missing();
  keep_streams(*next, std::move(streams));
  keep_children(*next);
  tails_->keep(*next);
  loop_->post([this] { pump_all(); });
}

// Exits whose cursor a removed one had; while that one's last request is still out, later.
void RunningDaemon::open_missing() {
  const auto settings = settings_.load();
  std::vector<ExitStatus> late;
  for (std::size_t i = 0; i < settings->exits.size(); ++i) {
    const ExitSettings& exit = settings->exits[i];
    if (find_delivery(exit.name)) continue;
    auto opened = open_exit(*settings, i);
    if (opened.ok()) {
      loop_->run([&] { deliveries_.push_back(*std::move(opened)); });
      continue;
    }
    late.push_back(late_.status(exit, opened.error()));
    log::warning("an exit waits for its cursor",
                 {{"exit", exit.name}, {"reason", late.back().problem}});
  }
  late_.keep(late);
  const bool is_any_late = !late.empty();
  loop_->run([&] { late_statuses_ = std::move(late); });
  // What lets go of a cursor says so; a disk that fails does not.
  if (!is_any_late || std::exchange(will_look_for_cursors_, true)) return;
  loop_->run([this] {
    loop_->at(seams_.clock.steady_ns() + kLookForCursorsNs, [this] { look_for_cursors(); });
  });
}

/// Nothing holds the exit any more: whoever waits for its cursor can have it.
void RunningDaemon::exit_is_gone(const std::string& exit) {
  open_missing_soon([this, exit] { late_.gone(exit); });
}

void RunningDaemon::look_for_cursors() {
  open_missing_soon([this] { will_look_for_cursors_ = false; });
}

/// `news` runs first, under reload_mutex_.
void RunningDaemon::open_missing_soon(std::function<void()> news) {
  if (is_stopped_.load()) return;
  loop_->post([this, news = std::move(news)] {
    api_pool_->run("open exits", [this, news] {
      std::lock_guard one_at_a_time(reload_mutex_);
      news();
      open_missing();
      loop_->post([this] { pump_all(); });
    });
  });
}

}  // namespace tt::pipeline
