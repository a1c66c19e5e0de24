// RunningDaemon: the parts of the service and the order in which they live and die.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "net/stream_server.h"
#include "pipeline/alert_file.h"
#include "pipeline/daemon.h"
#include "pipeline/delivery.h"
#include "pipeline/entry_child.h"
#include "pipeline/entry_tails.h"
#include "pipeline/entry_thread.h"
#include "pipeline/generations.h"
#include "pipeline/intake.h"
#include "pipeline/late_exits.h"
#include "pipeline/loop.h"
#include "pipeline/moved.h"
#include "pipeline/replay.h"
#include "pipeline/routing.h"
#include "pipeline/self_events.h"
#include "tunnel/clock_guard.h"

namespace tt::pipeline {

/// Of an address that another program has: names the option that changes it.
inline Error address_error(Error error, std::string_view option) {
  if (error.code == Code::kRetry) error.text.append(": ").append(option);
  return error;
}

class RunningDaemon final : public Daemon {
 public:
  explicit RunningDaemon(Seams seams)
      : seams_(std::move(seams)), self_(seams_.clock, seams_.metrics) {}
  ~RunningDaemon() override;

  /// The life of the daemon, in order; each step names itself in its error.
  Status begin(std::shared_ptr<const Settings> settings,
               const std::function<ApiHandler(Daemon&)>& make_api);

  void stop(int grace_ms) override;
  std::vector<net::ListenAddress> addresses() const override;
  std::shared_ptr<const Settings> settings() const override { return settings_.load(); }
  std::uint64_t generation() const override { return generation_.load(); }
  Result<std::string> generation_text(std::uint64_t number) const override;
  Result<std::uint64_t> generation_at(WallNs time_ns) const override;
  ReloadReport reload() override;
  ConfigStatus config_status() const override;
  tunnel::Tunnel& tunnel() override { return *tunnel_; }
  Metrics& metrics() override { return seams_.metrics; }
  void metrics_text(std::function<void(std::string)> done) override;
  Clock& clock() override { return seams_.clock; }
  SelfEvents& self_events() override { return self_; }
  std::vector<ExitStatus> exits() override;
  std::vector<EventFate> fates(tunnel::Seq seq) override;
  std::vector<EntryStatus> entries() override;
  std::vector<std::string_view> methods_at(std::string_view path) const override;
  Status pause(std::string_view exit, bool paused) override;
  Result<SendTest> test(std::string_view exit, std::string_view fields) override;
  Status forget(std::string_view exit) override;
  Replays& replays() override { return *replays_; }
  Result<RetryReport> retry_dead(std::string_view exit,
                                 std::vector<std::uint64_t> numbers) override;
  Result<SendTest> retry_edited(std::string_view exit, std::uint64_t number,
                                std::string_view event_json) override;
  Result<std::uint64_t> drop_dead(std::string_view exit,
                                  std::vector<std::uint64_t> numbers) override;
  bool is_ready() const override;
  std::vector<std::string> missing_secrets() const override;
  void on_visible(std::function<void()> listener) override;
  void run_blocking(std::function<void()> work) override {
    api_pool_->run(std::to_string(++api_works_), std::move(work));
  }
  void append(std::string entry, event::SharedBatch events,
              std::function<void(tunnel::Appended)> done) override;

 private:
  using Deliveries = std::vector<std::shared_ptr<Delivery>>;
  using Streams = std::map<std::string, std::unique_ptr<net::StreamServer>>;  // By address.

  Status open_tunnel();
  void show_generation(std::uint64_t generation);
  Status open_exits();
  Status listen(const std::function<ApiHandler(Daemon&)>& make_api);
  /// Listeners that `settings` want and that are not open yet; nothing else changes.
  Result<Streams> open_streams(const Settings& settings);
  /// Takes what was opened and closes what `settings` do not want.
  void keep_streams(const Settings& settings, Streams opened);
  std::shared_ptr<const EntryRoute> find_stream(const std::string& listen);
  void read_stdin(const std::string& entry);
  net::SocketClient& sockets();
  /// Starts programs and sources that `settings` want, ends those that they do not want or want
  /// otherwise.
  void keep_children(const Settings& settings);
  std::shared_ptr<EntryWorker> make_worker(const EntrySettings& entry);
  std::vector<std::shared_ptr<EntryWorker>> workers() const;
  std::optional<WorkerState> worker_state(std::string_view entry) const;
  void end_streams(SteadyNs end_ns);
  /// What is left until then; 0 when it has passed.
  int ms_until(SteadyNs end_ns) const {
    return static_cast<int>(std::max<SteadyNs>(0, end_ns - seams_.clock.steady_ns()) / kNsPerMs);
  }
  std::unique_ptr<EntryTails> make_tails();
  Result<std::shared_ptr<Delivery>> open_exit(const Settings& settings, std::size_t index);
  /// Waits until nothing of these is in flight; false when the time ended first.
  bool drain(const Deliveries& deliveries, SteadyNs end_ns);
  void pump_all();
  void trim_later();
  void watch_lags_later();
  void watch_lags();
  void return_memory_later();
  void watch_alerts_later();
  void limit_orphans_later();
  void limit_orphans();
  void open_replays();
  void watch_disk(const std::string& directory);
  std::shared_ptr<Delivery> find_delivery(std::string_view exit);
  std::shared_ptr<Delivery> live_delivery(std::string_view exit) const;  // On the loop's thread.
  // dead_letters.cc
  Status begin_retry(std::string_view exit);
  void end_retry(std::string_view exit);
  Result<RetryReport> retry_letters(std::string_view exit,
                                    const std::vector<std::uint64_t>& numbers);
  Result<SendTest> send_letter(const tunnel::DeadLetter& letter, std::string_view event_json);
  void audit(std::string_view action, const std::string& target);
  Result<SendTest> send_once(std::string_view exit, const tunnel::StoredEvent& event,
                             std::string id, std::uint32_t number);

  // reload.cc
  ReloadReport refuse(const config::Diagnostics& diagnostics, const config::Files& files);
  std::vector<PendingEvents> pending_events();
  void swap(std::shared_ptr<const Settings> next, std::uint64_t generation,
            std::map<std::string, std::shared_ptr<Delivery>> opened, Streams streams);
  void open_missing();
  void exit_is_gone(const std::string& exit);
  void look_for_cursors();
  void open_missing_soon(std::function<void()> news);
  Seams seams_;
  std::atomic<std::shared_ptr<const Settings>> settings_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex status_mutex_;
  ConfigStatus config_status_;
  std::mutex reload_mutex_;
  LateExits late_;  // Guarded by reload_mutex_, as the next one.
  bool will_look_for_cursors_ = false;
  std::mutex retry_mutex_;
  std::set<std::string, std::less<>> retrying_;  // Exits whose dead letters are being retried.

  // Destroyed bottom up: what accepts goes first, then what delivers, the tunnel last.
  SelfEvents self_;
  std::unique_ptr<Generations> generations_;
  std::unique_ptr<tunnel::Tunnel> tunnel_;
  AlertMemory alerts_;
  SteadyNs alerts_kept_ns_ = 0;            // Loop's thread only.
  std::unique_ptr<AlertFile> alert_file_;  // Calls one after the other: by the pool, at the end.
  std::unique_ptr<net::HttpClient> http_;
  std::once_flag sockets_begun_;
  std::unique_ptr<net::SocketClient> sockets_;  // Begun by the first exit that needs it.
  std::unique_ptr<BlockingPool> pool_;
  std::unique_ptr<Routing> routing_;
  std::unique_ptr<AttemptNotes> attempts_;
  std::unique_ptr<DeliveryContext> context_;
  Deliveries deliveries_;                  // Loop's thread only, once the loop runs.
  std::vector<ExitStatus> late_statuses_;  // Likewise: of those that are not open yet.
  std::unique_ptr<Replays> replays_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<BlockingPool> api_pool_;
  std::unique_ptr<Intake> intake_;
  std::vector<std::unique_ptr<net::HttpServer>> servers_;
  struct Child {
    std::string fingerprint;  // Of the entry as it was configured.
    std::shared_ptr<EntryWorker> worker;
  };
  std::mutex streams_mutex_;  // Guards the next three: a reload may be under way at the stop.
  std::map<std::string, Child> children_;              // By name of the entry.
  std::vector<std::shared_ptr<EntryWorker>> leaving_;  // Of entries that left the configuration.
  // Those of children_, for who must not wait until a stop or a reload is through with them.
  std::map<std::string, std::shared_ptr<const EntryWorker>, std::less<>> watched_;
  mutable std::mutex watched_mutex_;
  Streams streams_;
  std::unique_ptr<Thread> stdin_reader_;
  std::unique_ptr<EntryTails> tails_;
  std::vector<std::function<void()>> listeners_;  // Loop's thread only.
  std::atomic<bool> pump_is_posted_{false};
  std::atomic<bool> is_stopped_{false};
  std::atomic<std::uint64_t> api_works_{0};
  std::atomic<std::uint64_t> tunnel_bytes_max_{UINT64_MAX};
  std::atomic<bool> are_ages_trusted_{true};
  tunnel::ClockGuard clock_guard_;  // Loop's thread only.
};

}  // namespace tt::pipeline
