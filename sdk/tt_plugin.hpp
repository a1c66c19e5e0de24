// Plugins in C++: what an author of a portal fills in. Header-only; needs no library of ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tt_plugin/config.hpp"
#include "tt_plugin/event.hpp"
#include "tt_plugin/request.hpp"

// The shapes are those of the kit (portals/kit/exit.h, socket_exit.h), so that a portal of the
// tree whose options are plain becomes a plugin by one more line:
//
//   TT_PLUGIN("graphite", "1.0.0", tt::portals::exit::graphite::descriptor())
//
// No exception leaves a plugin: what is thrown becomes TT_RETRY with its text.
//
// Threads. For one configured portal `encode`, `judge`, `decode` and `target` run on any thread,
// several at once: what they share, statics above all, is locked. `deliver` is one call at a time
// on a thread of the exit's own, `run` once on one of the entry's own; `stop` comes on any thread,
// only while `run` runs. A reload makes a new portal before the old one ends. Inbox lives until
// run() returns, and threads that append have ended by then; events, requests and lists until the
// call that brought them returns, and another thread may read them only while that call waits.

namespace tt::portals {

/// An exit whose requests the host sends over HTTP.
template <class Config>
struct HttpExit {
  std::string_view name, summary, security = {}, example;
  bool has_life_cycle = false;  ///< Of the kit; means nothing here.
  bool batches = false;         ///< A request may say many events.
  bool pages = false;           ///< Requests wake people or start machines.
  /// Pure, on any thread. kReject: this event cannot be said.
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  /// Null: the status decides. One verdict for all, or one an event.
  std::vector<Verdict> (*judge)(const Config&, const ExitAnswer&, std::size_t count,
                                WallNs now_ns) = nullptr;
  std::string (*target)(const Config&) = nullptr;  ///< Without secrets.
};

/// An exit whose bytes the host sends to a socket.
template <class Config>
struct SocketExit {
  std::string_view name, summary, security = {}, example;
  bool batches = true;
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  bool (*batches_now)(const Config&) = nullptr;     ///< Of the kit: the host knows.
  std::string (*address)(const Config&) = nullptr;  ///< `tcp://`, `tls://`, `udp://`, `unix:`.
};

/// A connection of an exit that delivers itself. One call at a time, on a thread of its own.
class Deliverer {
 public:
  virtual ~Deliverer() = default;
  /// May block. Fills one verdict an event; they come as `retry`.
  virtual void deliver(std::span<const OutgoingEvent> events, std::span<Verdict> verdicts) = 0;
};

template <class Config>
struct DeliverExit {
  std::string_view name, summary, security = {}, example;
  bool batches = true;
  bool pages = false;
  /// Called before the first delivery, and again after it failed.
  Result<std::unique_ptr<Deliverer>> (*connect)(const Config&) = nullptr;
  std::string (*target)(const Config&) = nullptr;
};

/// An entry over HTTP (a config with `path`) or a stream of lines.
template <class Config>
struct DecodeEntry {
  std::string_view name, summary, security = {}, example;
  bool is_stream = false;
  /// Pure, on any thread. kReject: 400, kRetry: 503, kMisconfigured: 401.
  Status (*decode)(const Config&, const EntryRequest&, EntryEvents&) = nullptr;
};

/// What a running entry appends to. Any thread.
class Inbox {
 public:
  explicit Inbox(const tt_host* host) : host_(host) {}
  /// Returns when the events are as safe as `ack` of the entry says; one verdict an event. Empty:
  /// return from run(), nothing was stored.
  std::vector<Verdict> append(std::span<const NewEvent> events) const;
  bool is_stopping() const { return host_->is_stopping(host_->self) != 0; }
  void log(int level, std::string_view text) const {
    host_->log(host_->self, level, sdk::str_of(text));
  }

 private:
  const tt_host* host_;
};

/// An entry that brings events by itself.
class Runner {
 public:
  virtual ~Runner() = default;
  /// On a thread of its own, until stop(). An early return is a failure, and runs again later.
  virtual Status run(const Inbox& inbox) = 0;
  virtual void stop() {}  ///< Any thread; returns at once. run() may ask is_stopping() instead.
};

template <class Config>
struct RunEntry {
  std::string_view name, summary, security = {}, example;
  std::unique_ptr<Runner> (*make)(const Config&) = nullptr;  ///< No connection yet.
};

/// A portal as the ABI has it; lives as long as the process.
struct PluginPortal {
  const tt_portal* table = nullptr;
};
using ExitDescriptor = PluginPortal;
using EntryDescriptor = PluginPortal;

}  // namespace tt::portals

#include "tt_plugin/tables.hpp"  // IWYU pragma: keep

/// Once a plugin, outside of namespaces: the exported symbol.
#define TT_PLUGIN(plugin_name, plugin_version, ...)                                \
  extern "C" const tt_plugin* tt_plugin_v1(void) {                                 \
    static const tt::sdk::Plugin made(plugin_name, plugin_version, {__VA_ARGS__}); \
    return &made.table;                                                            \
  }
