// The stream side of intake: bytes -> frames -> decode -> append, with back-pressure.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <mutex>

#include "base/log.h"
#include "pipeline/decode.h"
#include "pipeline/intake.h"
#include "pipeline/limits.h"
#include "portals/kit/authorise.h"

namespace tt::pipeline {
namespace {

// Bytes of one connection that the tunnel has not answered yet; beyond, reading stops.
constexpr std::size_t kUnansweredBytesMax = 4u << 20;
constexpr std::size_t kFrameBytesMax = 1u << 20;

/// What outlives the connection while appends are on their way.
struct Shared {
  std::shared_ptr<net::StreamPeer> peer;
  std::mutex mutex;
  std::size_t unanswered_bytes = 0;
  bool is_paused = false;
};

class LineSession final : public net::StreamSession {
 public:
  LineSession(Intake& intake, Clock& clock, std::shared_ptr<const EntryRoute> route,
              std::shared_ptr<net::StreamPeer> peer, net::StreamInfo info)
      : intake_(intake),
        clock_(clock),
        route_(std::move(route)),
        info_(std::move(info)),
        shared_(std::make_shared<Shared>()) {
    shared_->peer = std::move(peer);
  }

  bool on_bytes(std::string_view bytes) override {
    if (info_.is_datagram) return on_datagram(bytes);
    const std::size_t end = bytes.rfind('\n');
    if (end == std::string_view::npos) {
      keep(bytes);
      return true;
    }
    if (partial_.empty() && !is_skipping_) {
      hand_on(bytes.substr(0, end + 1));
    } else {
      const std::size_t first = bytes.find('\n');
      keep(bytes.substr(0, first + 1));
      if (!is_skipping_) hand_on(partial_);
      is_skipping_ = false;
      partial_.clear();
      if (end > first) hand_on(bytes.substr(first + 1, end - first));
    }
    keep(bytes.substr(end + 1));
    std::lock_guard lock(shared_->mutex);
    return !shared_->is_paused;
  }

  void on_close() override {
    // A last line without a newline is still a line.
    if (!partial_.empty() && !is_skipping_) hand_on(partial_);
    partial_.clear();
  }

 private:
  /// Whole lines always: the end of a datagram ends its last line, newline or not.
  bool on_datagram(std::string_view bytes) {
    if (!bytes.empty()) hand_on(bytes);
    std::lock_guard lock(shared_->mutex);
    return !shared_->is_paused;
  }

  void keep(std::string_view bytes) {
    if (is_skipping_) return;
    partial_ += bytes;
    if (partial_.size() <= kFrameBytesMax) return;
    route_->counters.rejected.add();
    log::warning("line over the limit skipped",
                 {{"entry", route_->entry.name}, {"peer", info_.peer}});
    partial_.clear();
    is_skipping_ = bytes.empty() || bytes.back() != '\n';
  }

  /// Decodes whole lines and appends them.
  void hand_on(std::string_view lines) {
    // A reload may have changed the entry; when it took it away, what comes is still taken.
    if (auto newest = intake_.find_name(route_->entry.name)) route_ = std::move(newest);
    route_->counters.requests.add();
    portals::EntryRequest request{.body = lines, .peer = info_.peer, .now_ns = clock_.wall_ns()};
    portals::EntryEvents events;
    if (auto refusal = decode(route_->entry, request, events)) {
      route_->counters.refused.add();
      log::warning("lines refused",
                   {{"entry", route_->entry.name}, {"peer", info_.peer}, {"error", refusal->text}});
      return;
    }
    route_->counters.rejected.add(events.rejected.size());
    if (!events.rejected.empty())
      log::debug("lines rejected", {{"entry", route_->entry.name},
                                    {"peer", info_.peer},
                                    {"count", events.rejected.size()},
                                    {"error", events.rejected.front().error}});
    if (!events.events.empty()) append(std::move(events), lines.size());
  }

  void append(portals::EntryEvents events, std::size_t bytes) {
    {
      std::lock_guard lock(shared_->mutex);
      shared_->unanswered_bytes += bytes;
    }
    intake_.append_patiently(
        route_, std::make_shared<const event::EventBatch>(std::move(events.events)),
        [shared = shared_, bytes, entry = route_->entry.name](const tunnel::Appended& appended) {
          if (!appended.status.ok())
            log::error("lines lost at the stop",
                       {{"entry", entry}, {"error", appended.status.error().text}});
          std::lock_guard lock(shared->mutex);
          shared->unanswered_bytes -= bytes;
          if (shared->is_paused && shared->unanswered_bytes <= kUnansweredBytesMax / 2) {
            shared->is_paused = false;
            shared->peer->resume();
          }
        });
    // Once paused it stays so until an answer resumes it, however many appends one read makes.
    std::lock_guard lock(shared_->mutex);
    shared_->is_paused |= shared_->unanswered_bytes > kUnansweredBytesMax;
  }

  Intake& intake_;
  Clock& clock_;
  std::shared_ptr<const EntryRoute> route_;
  net::StreamInfo info_;
  std::shared_ptr<Shared> shared_;
  std::string partial_;
  bool is_skipping_ = false;
};

}  // namespace

std::unique_ptr<net::StreamSession> Intake::open_stream(std::shared_ptr<const EntryRoute> route,
                                                        std::shared_ptr<net::StreamPeer> peer,
                                                        net::StreamInfo info) {
  if (is_closed_.load(std::memory_order_relaxed) ||
      !portals::allows_peer(route->entry.portal->common(), info.peer) ||
      !portals::authorised(route->entry.portal->common().auth, {}, info.client_certificate)) {
    route->counters.unauthorised.add();
    peer->close();
    return nullptr;
  }
  return std::make_unique<LineSession>(*this, clock_, std::move(route), std::move(peer),
                                       std::move(info));
}

}  // namespace tt::pipeline
