// What operators ask of a running daemon: status, pause, test, forget, retry of dead letters.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/text.h"
#include "event/decode.h"
#include "pipeline/daemon_impl.h"

namespace tt::pipeline {
namespace {

constexpr auto kLookForStop = std::chrono::milliseconds(100);

}  // namespace

std::vector<ExitStatus> RunningDaemon::exits() {
  std::vector<ExitStatus> all;
  loop_->run([&] {
    for (const auto& delivery : deliveries_) all.push_back(delivery->status());
    all.insert(all.end(), late_statuses_.begin(), late_statuses_.end());
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
  for (EntryStatus& entry : all) {
    entry.files = tails_->state(entry.name);
    entry.worker = worker_state(entry.name);
    if (entry.files && !entry.files->problem.empty())
      entry.problem = "cannot read " + entry.files->problem;
    else if (entry.worker)
      entry.problem = entry.worker->problem;
  }
  if (settings_.load()->self_events)
    all.push_back(
        {.name = std::string(kSelfEntry), .type = "built in", .accepted = self_.appended()});
  return all;
}

std::vector<std::string> RunningDaemon::missing_secrets() const {
  std::vector<std::string> all;
  const auto settings = settings_.load();
  for (const EntrySettings& entry : settings->entries)
    for (const Secret& secret : entry.secrets)
      if (secret.reveal_all().empty())
        all.push_back("entry `" + entry.name + "` refuses its senders: the secret from " +
                      join(secret.missing(), ", ") + " has no text");
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
  if (!delivery) return not_open(*settings_.load(), exit);
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
  if (!delivery) return not_open(*settings_.load(), exit);
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

Result<SendTest> RunningDaemon::test(std::string_view exit, std::string_view fields) {
  const WallNs now = seams_.clock.wall_ns();
  std::string json =
      R"({"kind":"urn:time-tunnel:test","message":)" +
      json_string("Test of exit " + std::string(exit) + ": time-tunnel can reach you") +
      R"(,"severity":"notice","source":"urn:time-tunnel"})";
  // Of a name that comes twice the last value holds.
  if (fields = trim(fields); fields.starts_with('{') && trim(fields.substr(1)) != "}") {
    json.back() = ',';
    json += fields.substr(1);
  }
  event::Decoded decoded = event::decode_events(json, event::BodyFormat::kJson, {}, now);
  if (decoded.syntax) return reject("the fields: " + decoded.syntax->text);
  if (!decoded.rejected.empty()) return reject("the fields: " + decoded.rejected.front().error);
  return send_once(exit, {{.seq = 0, .received_ns = now, .entry = "test"}, decoded.events[0]},
                   std::string(tunnel_->log_id()) + "-test", 0);
}

Status RunningDaemon::forget(std::string_view exit) {
  if (settings_.load()->ruleset->find_exit(exit))
    return reject("exit `" + std::string(exit) +
                  "` is in the configuration; remove it there first");
  const std::lock_guard nobody_opens_one(reload_mutex_);
  const std::vector<std::string> orphans = tunnel_->orphans();
  if (std::find(orphans.begin(), orphans.end(), exit) == orphans.end())
    return reject("no exit `" + std::string(exit) + "` has left a cursor");
  TT_CHECK(tunnel_->forget(exit));
  audit("forget", "exit " + std::string(exit));
  return replays_->forget(std::string(exit));
}

}  // namespace tt::pipeline
