// Starting, listening to and ending the program behind an entry.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_child.h"

#include <algorithm>

#include "base/log.h"
#include "portals/kit/exec_protocol.h"

namespace tt::pipeline {
namespace {

constexpr std::int64_t kPauseMinNs = kNsPerSec, kPauseMaxNs = 60 * kNsPerSec;

std::int64_t now_ns() { return system_clock().steady_ns(); }

}  // namespace

/// Of one start of the program: what is told to an older one is dropped.
class EntryChild::Peer final : public net::StreamPeer {
 public:
  Peer(net::EventLoop& loop, std::weak_ptr<net::ChildProcess> child)
      : loop_(loop), child_(std::move(child)) {}
  bool write(std::string bytes) override {
    post([bytes = std::move(bytes)](net::ChildProcess& child) {
      // Who does not hear what is stored will send it again.
      if (!child.is_stopping() && !child.write(bytes)) child.kill();
    });
    return true;
  }
  void resume() override {
    post([](net::ChildProcess& child) { child.resume(); });
  }
  void close() override {
    post([](net::ChildProcess& child) { child.kill(); });
  }

 private:
  template <class F>
  void post(F call) {
    loop_.post([child = child_, call = std::move(call)] {
      if (const auto alive = child.lock()) call(*alive);
    });
  }
  net::EventLoop& loop_;
  const std::weak_ptr<net::ChildProcess> child_;
};

EntryChild::EntryChild(net::EventLoop& loop, std::string entry, net::ChildCommand command,
                       Open open)
    : loop_(loop),
      entry_(std::move(entry)),
      command_(std::move(command)),
      open_(std::move(open)),
      timer_(loop.context()) {}

void EntryChild::begin() {
  loop_.post([self = shared_from_this()] { self->start(); });
}

void EntryChild::start() {
  if (is_ending_) return;
  started_ns_ = now_ns();
  auto child = net::ChildProcess::start(loop_, command_, shared_from_this());
  if (!child.ok()) {
    log::error("the program of an entry cannot be started",
               {{"entry", entry_}, {"error", child.error().text}});
    note_end("program", "it cannot be started: " + child.error().text, started_ns_);
    return start_later();
  }
  note_start(started_ns_);
  child_ = *std::move(child);
  session_ = open_(std::make_shared<Peer>(loop_, child_));
  if (!session_) child_->kill();
}

void EntryChild::start_later() {
  if (now_ns() - started_ns_ > kGoodRunNs) pause_ns_ = 0;
  pause_ns_ = std::clamp(2 * pause_ns_, kPauseMinNs, kPauseMaxNs);
  timer_.expires_after(std::chrono::nanoseconds(pause_ns_));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& code) {
    if (!code) self->start();
  });
}

bool EntryChild::on_output(std::string_view bytes) {
  return !session_ || session_->on_bytes(bytes);
}

void EntryChild::on_log(std::string_view line) { portals::log_exec_line("entry", entry_, line); }

void EntryChild::on_end(std::string why) {
  const auto keep = shared_from_this();
  if (session_) std::exchange(session_, nullptr)->on_close();
  child_.reset();
  if (is_ending_) return has_ended_.store(true);
  log::warning("the program of an entry ended", {{"entry", entry_}, {"error", why}});
  note_end("program", why, now_ns());
  start_later();
}

void EntryChild::end() {
  loop_.post([self = shared_from_this()] {
    self->is_ending_ = true;
    self->timer_.cancel();
    if (self->child_)
      self->child_->stop();
    else
      self->has_ended_.store(true);
  });
}

void EntryChild::kill() {
  loop_.post([self = shared_from_this()] {
    self->is_ending_ = true;
    self->timer_.cancel();
    if (self->child_) self->child_->kill();
  });
}

}  // namespace tt::pipeline
