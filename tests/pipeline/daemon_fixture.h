// A whole daemon inside of the test: its disk is memory, its clock moves only while a test waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/memory_disk.h"
#include "base/temporary_folder.h"
#include "event/decode.h"
#include "pipeline/daemon.h"
#include "pipeline/exits_balance.h"
#include "pipeline/target.h"

namespace tt::pipeline::testing {

constexpr int kPatienceMs = 20'000;  // A liveness bound, not a measurement.

class DaemonTest : public ::testing::Test {
 protected:
  using Answer = net::ClientAnswer;
  using ApiMaker = std::function<Daemon::ApiHandler(Daemon&)>;

  DaemonTest() { log::set_level(log::Level::kOff); }
  ~DaemonTest() override { daemon_.reset(); }
  void TearDown() override { look(); }

  /// What GoogleTest calls; a test that needs other seams overrides disk().
  virtual Disk& disk() { return memory_; }
  /// A test that needs a portal of its own puts it here.
  virtual void adapt(Settings&) {}
  virtual ApiMaker make_api() {
    return [](Daemon&) {
      return [](const net::HttpRequest&, net::Responder responder) {
        responder.answer({.status = 404});
      };
    };
  }

  std::string config_path() const { return folder_ / "vortex.yaml"; }
  std::string data_path(const std::string& name = "") const { return folder_ / "data" + name; }
  /// Writes the configuration: these lines below a listener on a free port and a folder for data.
  void configure(const std::string& yaml) {
    const std::string text = std::string("listen: 127.0.0.1:0\ndata: ./data\nlog: error\nself: ") +
                             (watches_itself_ ? "true\n" : "false\n") + yaml;
    require(write_file(system_disk(), config_path(), text).ok(),
            "the configuration is not written");
  }
  void start(const std::string& yaml) {
    configure(yaml);
    config::Files files;
    config::Diagnostics diagnostics;
    ConfigSource source;
    source.paths = {config_path()};
    const auto settings = load_settings(source, files, diagnostics);
    require(settings != nullptr, config::print_text(diagnostics, files));
    auto adapted = std::make_shared<Settings>(*settings);
    adapt(*adapted);
    // Counters begin at zero with every start, as in a process of its own.
    auto metrics = std::make_unique<Metrics>();
    auto started =
        Daemon::start(adapted, {clock_, disk(), random_, system_spawner(), *metrics}, make_api());
    require(started.ok(), started.ok() ? "" : started.error().text);
    daemon_ = *std::move(started);
    metrics_ = std::move(metrics);
  }
  /// Without it no story can go on: an exception ends the test and is its failure.
  static void require(bool is, const std::string& text) {
    if (!is) throw std::runtime_error(text);
  }
  /// A clean stop.
  void stop() {
    if (daemon_) daemon_->stop(kPatienceMs);
    daemon_.reset();
  }
  ReloadReport reload(const std::string& yaml) {
    configure(yaml);
    return daemon_->reload();
  }

  /// Stores the events of `ndjson` as if `entry` had taken them; gives their first seq.
  tunnel::Seq append(std::string entry, std::string_view ndjson) {
    auto decoded =
        event::decode_events(ndjson, event::BodyFormat::kNdjson, event::Limits{}, clock_.wall_ns());
    auto promise = std::make_shared<std::promise<tunnel::Appended>>();
    daemon_->append(std::move(entry),
                    std::make_shared<const event::EventBatch>(std::move(decoded.events)),
                    [promise](tunnel::Appended appended) { promise->set_value(appended); });
    const tunnel::Appended appended = promise->get_future().get();
    EXPECT_TRUE(appended.status.ok()) << appended.status.error().text;
    return appended.first;
  }
  /// One event with this message.
  tunnel::Seq say(const std::string& message) {
    return append("test", "{\"message\":\"" + message + "\"}");
  }
  std::string id_of(tunnel::Seq seq) const {
    return tunnel::format_id(daemon_->tunnel().log_id(), seq);
  }

  net::ListenAddress address() const { return daemon_->addresses().front(); }
  Answer call(const std::string& method, const std::string& path, std::string body = "",
              net::Headers headers = {}) {
    net::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(address().port) + path;
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.timeout_ms = kPatienceMs;
    request.answer_bytes_max = 16u << 20;
    return client_->call(std::move(request));
  }
  Answer post(const std::string& path, std::string body,
              net::Headers headers = {{"Content-Type", "application/json"}}) {
    return call("POST", path, std::move(body), std::move(headers));
  }
  Answer get(const std::string& path) { return call("GET", path); }

  /// All exits as of one moment of the routing thread, in which every account must balance.
  std::vector<ExitStatus> look() {
    std::vector<ExitStatus> all = daemon_ ? daemon_->exits() : std::vector<ExitStatus>();
    for (const ExitStatus& status : all)
      if (const auto conserved = is_conserved(status); !conserved && !std::exchange(is_lost_, true))
        ADD_FAILURE() << conserved.message();
    return all;
  }
  ExitStatus exit(std::string_view name) {
    for (ExitStatus& status : look())
      if (status.name == name) return std::move(status);
    ADD_FAILURE() << "no exit " << name;
    return {};
  }
  EntryStatus entry(std::string_view name) {
    for (EntryStatus& status : daemon_->entries())
      if (status.name == name) return std::move(status);
    ADD_FAILURE() << "no entry " << name;
    return {};
  }
  std::vector<tunnel::DeadLetter> letters(std::string_view exit) {
    auto list = daemon_->tunnel().dead_letters().list(exit, 0, 1000);
    EXPECT_TRUE(list.ok());
    return list.ok() ? *std::move(list) : std::vector<tunnel::DeadLetter>();
  }

  /// The attempts of an event, once at least `count_min` are noted: they go to the disk on a thread
  /// of their own.
  std::vector<tunnel::Attempt> attempts(tunnel::Seq seq, std::size_t count_min) {
    std::vector<tunnel::Attempt> found;
    EXPECT_TRUE(soon([&] {
      auto list = daemon_->tunnel().attempts().find(seq);
      if (list.ok()) found = *std::move(list);
      return found.size() >= count_min;
    }));
    return found;
  }

  /// Lets time pass until `is` holds. Timers of the daemon run on the test's clock: pauses of
  /// seconds cost milliseconds here, and nothing depends on how long anything takes.
  ::testing::AssertionResult eventually(const std::function<bool()>& is,
                                        std::int64_t step_ms = 20) {
    for (int turn = 0; turn < kPatienceMs; ++turn) {
      if (is()) return ::testing::AssertionSuccess();
      clock_.advance_ns(step_ms * kNsPerMs);
      look();  // A round of the routing thread: it looks at its timers.
      ::poll(nullptr, 0, 1);
    }
    return ::testing::AssertionFailure() << "never came true";
  }
  /// As eventually(), while the test's clock stands still.
  ::testing::AssertionResult soon(const std::function<bool()>& is) { return eventually(is, 0); }

  /// Whether the daemon writes events about itself: stories about other events are simpler without.
  bool watches_itself_ = false;
  bool is_lost_ = false;  // An account did not balance: said once.
  TemporaryFolder folder_;
  ManualClock clock_;
  MemoryDisk memory_;
  SeededRandom random_{7};
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Daemon> daemon_;
  Metrics client_metrics_;
  std::unique_ptr<net::HttpClient> client_ =
      net::HttpClient::start(system_spawner(), client_metrics_, 1);
};

/// `name: {type: webhook, url: ..., options}` as a line below `exits:`.
inline std::string webhook(const std::string& name, const Target& target,
                           const std::string& options = "") {
  return "  " + name + ": {type: webhook, url: '" + target.url() + "'" +
         (options.empty() ? "" : ", " + options) + "}\n";
}

}  // namespace tt::pipeline::testing
