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

/// What outlives the connection while appends are on their way.
struct Shared {
  std::shared_ptr<net::StreamPeer> peer;
  std::size_t unanswered_bytes_max = kUnansweredBytesMax;
  std::mutex mutex;
  std::size_t unanswered_bytes = 0;
  bool is_paused = false;
};

class FrameSession final : public net::StreamSession {
 public:
  FrameSession(Intake& intake, Clock& clock, std::shared_ptr<const EntryRoute> route,
               std::shared_ptr<net::StreamPeer> peer, net::StreamInfo info)
      : intake_(intake),
        clock_(clock),
        route_(std::move(route)),
        info_(std::move(info)),
        framing_(route_->entry.type->framing),
        shared_(std::make_shared<Shared>()) {
    shared_->peer = std::move(peer);
    if (info_.is_file) shared_->unanswered_bytes_max = 0;
    if (std::string hello = route_->entry.portal->greet(state_); !hello.empty())
      shared_->peer->write(std::move(hello));
  }

  bool on_bytes(std::string_view bytes) override {
    if (is_broken_) return true;
    if (info_.is_datagram)
      hand_on({}, bytes);
    else if (framing_.is_lines)
      cut_lines(bytes);
    else
      cut_frames(bytes);
    std::lock_guard lock(shared_->mutex);
    return !shared_->is_paused;
  }

  void on_close() override {
    // A last line without a newline is still a line.
    if (!is_broken_) hand_on(partial_, {});
    partial_.clear();
  }

 private:
  /// Without a copy but of the one line that came in pieces.
  void cut_lines(std::string_view bytes) {
    const std::size_t end = bytes.rfind('\n');
    if (end == std::string_view::npos) return keep(bytes);
    const std::size_t first_end = partial_.empty() && !is_skipping_ ? 0 : bytes.find('\n') + 1;
    keep(bytes.substr(0, first_end));
    hand_on(partial_, bytes.substr(first_end, end + 1 - first_end));
    is_skipping_ = false;
    partial_.clear();
    keep(bytes.substr(end + 1));
  }

  void cut_frames(std::string_view bytes) {
    const bool is_joined = !partial_.empty();
    if (is_joined) {
      partial_ += bytes;
      if (partial_.size() < wanted_bytes_ && partial_.size() <= framing_.bytes_max) return;
      bytes = partial_;
    }
    const auto whole = framing_.whole(bytes);
    if (!whole) return break_off("the bytes are not those of this protocol");
    hand_on({}, bytes.substr(0, *whole));
    if (is_broken_) return;
    if (is_joined)
      partial_.erase(0, *whole);
    else
      partial_ = bytes.substr(*whole);
    wanted_bytes_ = framing_.wanted && !partial_.empty() ? framing_.wanted(partial_) : 0;
    if (partial_.size() > framing_.bytes_max) break_off("a frame over the limit");
  }

  void keep(std::string_view bytes) {
    if (is_skipping_) return;
    partial_ += bytes;
    if (partial_.size() <= framing_.bytes_max) return;
    route_->counters.rejected.add();
    log::warning("line over the limit skipped",
                 {{"entry", route_->entry.name}, {"peer", info_.peer}});
    partial_.clear();
    is_skipping_ = bytes.empty() || bytes.back() != '\n';
  }

  void break_off(std::string_view why) {
    route_->counters.refused.add();
    log::warning("connection closed",
                 {{"entry", route_->entry.name}, {"peer", info_.peer}, {"error", why}});
    is_broken_ = true;
    partial_.clear();
    shared_->peer->close();
  }

  /// Decodes whole frames, first the one that came in pieces, and appends them as one.
  void hand_on(std::string_view first, std::string_view rest) {
    if (first.empty() && rest.empty()) return;
    // A reload may have changed the entry; when it took it away, what comes is still taken.
    if (auto newest = intake_.find_name(route_->entry.name);
        newest && newest->entry.type == route_->entry.type)
      route_ = std::move(newest);
    portals::EntryEvents events;
    std::string reply;
    bool is_refused = false;
    for (const std::string_view frames : {first, rest}) {
      if (!frames.empty()) is_refused |= !decode_frames(frames, events);
      if (events.reply) reply += std::exchange(events.reply, nullptr)->body;
    }
    // Else break_off() counts it.
    if (!events.must_close)
      (is_refused ? route_->counters.refused : route_->counters.handled).add();
    if (!events.events.empty())
      append(std::move(events.events), first.size() + rest.size(), std::move(reply));
    else if (!reply.empty())
      shared_->peer->write(std::move(reply));
    if (events.must_close) break_off("refused by the protocol");
  }

  /// Puts their events behind those of `events`; false when all of them are refused.
  bool decode_frames(std::string_view frames, portals::EntryEvents& events) {
    events.others = events.events.size();
    events.rejected.clear();
    portals::EntryRequest request{.body = frames,
                                  .peer = info_.peer,
                                  .now_ns = clock_.wall_ns(),
                                  .stream = &state_,
                                  .is_datagram = info_.is_datagram};
    if (auto refusal = decode(route_->entry, request, events)) {
      log::warning("frames refused",
                   {{"entry", route_->entry.name}, {"peer", info_.peer}, {"error", refusal->text}});
      events.events.truncate(events.others);
      return false;
    }
    route_->counters.rejected.add(events.rejected.size());
    if (!events.rejected.empty())
      log::debug("frames rejected", {{"entry", route_->entry.name},
                                     {"peer", info_.peer},
                                     {"count", events.rejected.size()},
                                     {"error", events.rejected.front().error}});
    return true;
  }

  /// `reply` goes to the other side when they are stored.
  void append(event::EventBatch events, std::size_t bytes, std::string reply) {
    {
      std::lock_guard lock(shared_->mutex);
      shared_->unanswered_bytes += bytes;
    }
    intake_.append_patiently(
        route_, std::make_shared<const event::EventBatch>(std::move(events)),
        [shared = shared_, bytes, reply = std::move(reply), entry = route_->entry.name,
         is_file = info_.is_file](const tunnel::Appended& appended) {
          if (!appended.status.ok()) {
            // A file is read again; whoever sent the rest does not know.
            if (is_file && appended.status.error().code == Code::kStopped) return;
            log::error("frames lost at the stop",
                       {{"entry", entry}, {"error", appended.status.error().text}});
          } else if (!reply.empty()) {
            shared->peer->write(reply);
          }
          std::lock_guard lock(shared->mutex);
          shared->unanswered_bytes -= bytes;
          if (shared->is_paused && shared->unanswered_bytes <= shared->unanswered_bytes_max / 2) {
            shared->is_paused = false;
            shared->peer->resume();
          }
        });
    // Once paused it stays so until an answer resumes it, however many appends one read makes.
    std::lock_guard lock(shared_->mutex);
    shared_->is_paused |= shared_->unanswered_bytes > shared_->unanswered_bytes_max;
  }

  Intake& intake_;
  Clock& clock_;
  std::shared_ptr<const EntryRoute> route_;
  net::StreamInfo info_;
  const portals::Framing framing_;
  portals::StreamState state_;
  std::shared_ptr<Shared> shared_;
  std::string partial_;
  std::size_t wanted_bytes_ = 0;  // Below, what is partial stays so.
  bool is_skipping_ = false;
  bool is_broken_ = false;  // Told to close: what still comes is not looked at.
};

}  // namespace

std::unique_ptr<net::StreamSession> Intake::open_stream(std::shared_ptr<const EntryRoute> route,
                                                        std::shared_ptr<net::StreamPeer> peer,
                                                        net::StreamInfo info) {
  // The operator's own programs, plugins and files need no leave.
  const bool is_ours =
      info.is_file || route->entry.portal->command() || route->entry.portal->source();
  if (is_closed_.load(std::memory_order_relaxed) ||
      (!is_ours &&
       (!portals::allows_peer(route->entry.portal->common(), info.peer) ||
        !portals::authorised(route->entry.portal->common().auth, {}, info.client_certificate)))) {
    route->counters.unauthorised.add();
    peer->close();
    return nullptr;
  }
  return std::make_unique<FrameSession>(*this, clock_, std::move(route), std::move(peer),
                                        std::move(info));
}

}  // namespace tt::pipeline
