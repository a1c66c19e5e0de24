// Daemon: the running service; what the API, the signals and the tests hold in their hands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "config/diagnostic.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "pipeline/entry_status.h"
#include "pipeline/settings.h"
#include "portals/kit/exit.h"
#include "tunnel/disk_tunnel.h"

namespace tt::pipeline {

class SelfEvents;

/// One exit as people see it.
struct ExitStatus {
  std::string name, type, target;
  std::string state;    ///< "running", "paused", "waiting" (breaker open), "catching up".
  std::string problem;  ///< Last error while waiting; empty when fine.
  tunnel::Seq cursor = 0, position = 0;
  /// accepted = delivered + filtered + suppressed + dead + pending, at all times (design.md 6.5).
  WallNs since_ns = 0;  ///< Begin of the epoch that these count: a start, or a rewind.
  std::uint64_t accepted = 0, delivered = 0, filtered = 0, suppressed = 0, dead = 0;
  std::uint64_t pending = 0;  ///< Not decided yet: beyond the cursor, in flight, parked.
  std::uint64_t retries = 0;  ///< Since start.
  std::uint64_t in_flight = 0, parked = 0;
  std::uint64_t held_bytes =
      0;                     ///< Memory of requests and their events, at most 16 MiB or one more.
  std::uint64_t behind = 0;  ///< Seqs between the cursor and the visible mark (holes count).
  std::uint64_t lag_bytes = 0;  ///< Of the log, held back by what is pending.
  std::int64_t lag_age_ns = 0;  ///< Of the oldest pending event.
  int lag_percent = 0;          ///< Of `max_lag`, whichever part of it is nearer.
  bool holds_intake = false;    ///< `when_full: block`, and the limit is reached.
  WallNs last_delivered_ns = 0;
  WallNs next_attempt_ns = 0;  ///< 0: none planned.
};

/// Where one event stands at one exit, as the exit's cursor and its open requests tell it.
struct EventFate {
  enum class State : std::uint8_t {
    kDecided,   ///< Delivered, filtered or dead; attempts, rules and dead letters tell which.
    kBefore,    ///< The exit began after it (`start`).
    kPending,   ///< Not judged yet: the exit has not come so far.
    kGathered,  ///< Judged; waits for its batch or its turn.
    kInFlight,
    kRetrying,  ///< Failed, and will be tried again.
    kParked,    ///< Failed, or waits for one that did; later events were delivered past it.
    kBurying,   ///< Its dead letter is on its way to the disk.
    kUnsynced,  ///< Written by a local exit, not yet durable.
  } state = State::kDecided;
  ExitStatus exit;
  std::uint64_t generation = 0;  ///< That judged it; 0: not told here.
  std::uint32_t attempts = 0;    ///< Failed ones so far.
  std::uint64_t ahead = 0;       ///< Pending: at most so many events come before it.
  WallNs next_attempt_ns = 0;    ///< 0: none is planned.
  bool is_held_by_rate = false;  ///< The exit's `rate` lets nothing go at this moment.
  std::string waits_for;  ///< Id of the event of the same alert that goes first; empty: none.
};

struct ReloadReport {
  bool ok = false;
  std::uint64_t generation = 0;
  std::map<std::string, std::uint64_t> moved;  ///< Exit: pending events whose fate changes.
  bool moved_is_cut = false;                   ///< Only the beginning of a long backlog was judged.
  std::string reason;                          ///< The first error; empty: none.
  std::string diagnostics_text;                ///< As `vortex check` prints it.
  std::string diagnostics_json;
};

struct ConfigStatus {
  std::uint64_t generation = 0;
  std::string source;
  WallNs loaded_ns = 0;
  std::optional<ReloadReport> last_failure;  ///< The newest reload that was refused.
  WallNs failed_ns = 0;
  bool is_refused = false;  ///< The newest reload was refused: an older configuration is in force.
};

struct SendTest {
  portals::Verdict verdict;
  int status = 0;
  std::string request;  ///< Masked, as `vortex encode` prints it.
  std::string answer;   ///< Excerpt.
};

/// What became of dead letters that were sent again.
struct RetryReport {
  std::uint64_t tried = 0, delivered = 0;
  std::uint64_t last = 0;  ///< Number of the last letter that was looked at.
  std::string refused;     ///< Why the last one that was refused again was: "letter 3: HTTP 400".
  std::string problem;     ///< Not empty: the exit is not there, and the rest was left alone.
};

class Replays;

/// All members are thread safe; those that say so block.
class Daemon {
 public:
  struct Seams {
    Clock& clock;
    Disk& disk;
    Random& random;
    Spawner& spawner;
    Metrics& metrics;
    /// What exits send through; empty: HttpClient::start().
    std::function<std::unique_ptr<net::HttpClient>()> make_http_client = {};
    /// Sizes of the tunnel, and what a disk that fails for good leads to; `directory` is not read.
    tunnel::DiskTunnelOptions tunnel = {};
    std::string version = "unknown";  ///< As the event `started` says it.
  };
  /// Answers requests that no entry portal claims (API, health, page); set before start().
  using ApiHandler = std::function<void(const net::HttpRequest&, net::Responder)>;

  /// Opens the data directory, recovers, starts exits, then listens (on nothing when
  /// Settings::listen is empty). Errors name what to change.
  static Result<std::unique_ptr<Daemon>> start(std::shared_ptr<const Settings> settings,
                                               Seams seams,
                                               std::function<ApiHandler(Daemon&)> make_api);
  virtual ~Daemon() = default;

  /// Stops intake, drains in-flight deliveries, closes the tunnel. Blocks; its waits end after
  /// `grace_ms`, those for senders after half of it.
  virtual void stop(int grace_ms) = 0;
  virtual std::vector<net::ListenAddress> addresses() const = 0;

  virtual std::shared_ptr<const Settings> settings() const = 0;
  virtual std::uint64_t generation() const = 0;
  /// The text of a kept generation, as Settings::text; kReject when it is no longer kept.
  virtual Result<std::string> generation_text(std::uint64_t number) const = 0;
  /// The generation that was the newest at that time; kReject when it is no longer known.
  virtual Result<std::uint64_t> generation_at(WallNs time_ns) const = 0;
  /// Reads the configuration's files again. Blocks.
  virtual ReloadReport reload() = 0;
  virtual ConfigStatus config_status() const = 0;

  virtual tunnel::Tunnel& tunnel() = 0;
  virtual Metrics& metrics() = 0;
  /// Prometheus text, all exits as of one moment; `done` on any thread.
  virtual void metrics_text(std::function<void(std::string)> done) = 0;
  virtual Clock& clock() = 0;
  virtual SelfEvents& self_events() = 0;

  virtual std::vector<ExitStatus> exits() = 0;  ///< Blocks briefly.
  /// Of one event, at every exit of the configuration. Blocks briefly.
  virtual std::vector<EventFate> fates(tunnel::Seq seq) = 0;
  virtual std::vector<EntryStatus> entries() = 0;
  /// Methods that the entry at this path takes; none: no entry is there.
  virtual std::vector<std::string_view> methods_at(std::string_view path) const = 0;
  virtual Status pause(std::string_view exit, bool paused) = 0;  ///< kReject: no such exit.
  /// Sends a made-up event through that exit only, without the tunnel. `fields`: a JSON object
  /// whose members are set in it, or empty. Blocks up to its timeout.
  virtual Result<SendTest> test(std::string_view exit, std::string_view fields) = 0;
  virtual Status forget(std::string_view exit) = 0;
  virtual Replays& replays() = 0;  ///< Time travel of exits; replay.h.
  /// Sends dead letters again through that exit only; those delivered are removed, the others show
  /// the attempt. Gaps are passed over: there is nothing to send. Blocks; ends early after
  /// kRetryMsMax. kReject: of one letter alone, that it is gone or a gap.
  virtual Result<RetryReport> retry_dead(std::string_view exit,
                                         std::vector<std::uint64_t> numbers) = 0;
  /// Sends `event_json` in the place of a letter's event, under its id; delivered, the letter is
  /// removed. The letter and the tunnel keep the event as it was. kReject: no such letter, or no
  /// event. Blocks.
  virtual Result<SendTest> retry_edited(std::string_view exit, std::uint64_t number,
                                        std::string_view event_json) = 0;
  /// Removes letters, durably; how many there were.
  virtual Result<std::uint64_t> drop_dead(std::string_view exit,
                                          std::vector<std::uint64_t> numbers) = 0;
  /// Intake works, at every entry (a dead exit does not count).
  virtual bool is_ready() const = 0;
  /// A sentence on each secret of an entry that has no text now, and so lets nobody in.
  virtual std::vector<std::string> missing_secrets() const = 0;
  /// `listener` runs on the routing thread whenever new events are visible; it must not block.
  virtual void on_visible(std::function<void()> listener) = 0;
  /// Runs API work that waits or reads the disk on threads of its own. Never blocks the caller.
  virtual void run_blocking(std::function<void()> work) = 0;
  /// Stored events through the intake path for programs: CLI tests, `self`.
  virtual void append(std::string entry, event::SharedBatch events,
                      std::function<void(tunnel::Appended)> done) = 0;
};

}  // namespace tt::pipeline
