// What operators ask of a running daemon: status, pause, test, forget, retry of dead letters.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "base/log.h"
#include "event/writer.h"
#include "pipeline/daemon_impl.h"

namespace tt::pipeline {
namespace {

constexpr auto kLookForStop = std::chrono::milliseconds(100);

}  // namespace

std::vector<ExitStatus> RunningDaemon::exits() {
  std::vector<ExitStatus> all;
  loop_->run([&] {
    for (const auto& delivery : deliveries_) all.push_back(delivery->status());
  });
  return all;
}

// On the loop: between two turns of it the accounts of all exits balance.
void RunningDaemon::metrics_text(std::function<void(std::string)> done) {
  const bool posted = loop_->post([this, done] {
    for (const auto& delivery : deliveries_) delivery->show();
    for (const auto& delivery : replays_->deliveries()) delivery->show();
    done(seams_.metrics.render());
  });
  if (!posted) done(seams_.metrics.render());
}

std::vector<EntryStatus> RunningDaemon::entries() {
  std::vector<EntryStatus> all = intake_->status();
  if (settings_.load()->self_events)
    all.push_back(
        {.name = std::string(kSelfEntry), .type = "built in", .accepted = self_.appended()});
  return all;
}

std::vector<EventFate> RunningDaemon::fates(tunnel::Seq seq) {
  std::vector<EventFate> all;
  loop_->run([&] {
    for (const auto& delivery : deliveries_) all.push_back(delivery->fate(seq));
  });
  return all;
}

std::shared_ptr<Delivery> RunningDaemon::live_delivery(std::string_view exit) const {
  for (const auto& delivery : deliveries_)
    if (delivery->settings().name == exit) return delivery;
  return nullptr;
}

std::shared_ptr<Delivery> RunningDaemon::find_delivery(std::string_view exit) {
  std::shared_ptr<Delivery> found;
  loop_->run([&] { found = live_delivery(exit); });
  return found;
}

Status RunningDaemon::pause(std::string_view exit, bool paused) {
  const auto delivery = find_delivery(exit);
  if (!delivery) return reject("no exit `" + std::string(exit) + "`");
  loop_->run([&] {
    delivery->pause(paused);
    replays_->pause(exit, paused);
  });
  log::info(paused ? "exit paused" : "exit resumed", {{"exit", exit}});
  audit(paused ? "pause" : "resume", "exit " + std::string(exit));
  return {};
}

Result<SendTest> RunningDaemon::send_once(std::string_view exit, const tunnel::StoredEvent& event,
                                          std::string id, std::uint32_t number) {
  const auto delivery = find_delivery(exit);
  if (!delivery) return reject("no exit `" + std::string(exit) + "`");
  // Shared: the answer may come after a stop has made this call return.
  struct Wait {
    std::mutex mutex;
    std::unique_ptr<Condition> wake;
    std::optional<SendTest> result;
  };
  const auto wait = std::make_shared<Wait>();
  wait->wake = seams_.spawner.condition();
  const bool posted = loop_->run([&] {
    delivery->send_once(event, std::move(id), number, [wait](SendTest result) {
      std::lock_guard lock(wait->mutex);
      wait->result = std::move(result);
      wait->wake->notify_one();
    });
  });
  if (!posted) return stopped("shutting down");
  std::unique_lock lock(wait->mutex);
  while (!wait->wake->wait_for(lock, kLookForStop, [&] { return wait->result.has_value(); }))
    if (is_stopped_.load()) return stopped("shutting down");
  return *std::move(wait->result);
}

Result<SendTest> RunningDaemon::test(std::string_view exit) {
  const WallNs now = seams_.clock.wall_ns();
  event::EventBatch batch;
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_text("kind", "urn:time-tunnel:test");
  writer.set_text("message", "Test of exit " + std::string(exit) + ": time-tunnel can reach you");
  writer.set_text("severity", "notice");
  writer.set_text("source", "urn:time-tunnel");
  TT_CHECK(writer.finish(now));
  return send_once(exit, {{.seq = 0, .received_ns = now, .entry = "test"}, batch[0]},
                   std::string(tunnel_->log_id()) + "-test", 0);
}

Status RunningDaemon::forget(std::string_view exit) {
  if (find_delivery(exit))
    return reject("exit `" + std::string(exit) +
                  "` is in the configuration; remove it there first");
  const std::unique_lock nobody_opens_one(reload_mutex_, std::try_to_lock);
  if (!nobody_opens_one) return retry("a reload is under way; try again");
  const std::vector<std::string> orphans = tunnel_->orphans();
  if (std::find(orphans.begin(), orphans.end(), exit) == orphans.end())
    return reject("no exit `" + std::string(exit) + "` has left a cursor");
  TT_CHECK(tunnel_->forget(exit));
  audit("forget", "exit " + std::string(exit));
  return replays_->forget(std::string(exit));
}

}  // namespace tt::pipeline
