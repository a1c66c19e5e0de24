// Feeds every watcher from its own scan whenever the visible mark has moved.
// SPDX-License-Identifier: Apache-2.0
#include "api/tail.h"

#include <algorithm>

#include "base/text.h"
#include "pipeline/limits.h"

namespace tt::api {
namespace {

constexpr std::size_t kWatchersMax = 100;
// Far below what a stream may hold unsent: a slow watcher is waited for, not cut off.
constexpr std::size_t kPieceBytes = 256u << 10;
constexpr int kReadsOfATurn = 16;  // Then the other watchers have theirs.

}  // namespace

void Tail::start() {
  daemon_.on_visible([self = shared_from_this()] {
    if (self->count_.load(std::memory_order_relaxed) > 0) self->pump_later();
  });
}

void Tail::open(const Request& request, net::Responder responder) {
  auto filter = Filter::make(request, daemon_);
  if (!filter.ok()) return responder.answer(error_answer(filter.error()));
  tunnel::Tunnel& tunnel = daemon_.tunnel();
  tunnel::Seq from = tunnel.status().visible;
  if (const auto last = tunnel::parse_id(tunnel.log_id(), request.last_event_id)) {
    from = *last + 1;
  } else if (const auto since = request.param("since"); !since.empty()) {
    const auto seq = seq_of(since, daemon_);
    if (!seq.ok()) return responder.answer(error_answer(seq.error()));
    from = *seq;
  }
  std::lock_guard lock(mutex_);
  std::erase_if(watchers_, [](const Watcher& watcher) { return !watcher.body->is_open(); });
  if (watchers_.size() >= kWatchersMax)
    return responder.answer(error_answer(503, "100 streams are open already"));
  auto body =
      responder.stream({.status = 200,
                        .content_type = "text/event-stream",
                        .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}});
  // A comment at once: clients see that the stream stands before the first event comes.
  body->write(": tail\n\n");
  body->on_drained([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump_later();
  });
  watchers_.push_back({tunnel.scan(from), *std::move(filter), std::move(body)});
  count_.store(watchers_.size());
  pump_later();
}

void Tail::pump_later() {
  if (is_posted_.exchange(true)) return;
  daemon_.run_blocking([self = shared_from_this()] {
    self->is_posted_.store(false);
    self->pump();
  });
}

void Tail::pump() {
  std::lock_guard lock(mutex_);
  bool has_more = false;
  std::erase_if(watchers_, [&](Watcher& watcher) {
    const Fed fed = feed(watcher);
    has_more |= fed == Fed::kMore;
    return fed == Fed::kGone;
  });
  count_.store(watchers_.size());
  if (has_more) pump_later();
}

Tail::Fed Tail::feed(Watcher& watcher) {
  for (int reads = 0; reads < kReadsOfATurn; ++reads) {
    if (!watcher.batch) {
      auto batch = watcher.scan->next(pipeline::kReadBytesMax);
      if (!batch.ok()) {
        watcher.body->write("event: error\ndata: " + json_string(batch.error().text) + "\n\n");
        watcher.body->finish();
        return Fed::kGone;
      }
      if (!*batch) return watcher.body->is_open() ? Fed::kAll : Fed::kGone;
      watcher.batch = *std::move(batch);
      watcher.index = 0;
    }
    while (watcher.batch) {
      // on_drained() goes on from here.
      if (watcher.body->unsent_bytes() >= kPieceBytes)
        return watcher.body->is_open() ? Fed::kSlow : Fed::kGone;
      if (std::string text = piece(watcher); !text.empty() && !watcher.body->write(std::move(text)))
        return Fed::kGone;
    }
  }
  return watcher.body->is_open() ? Fed::kMore : Fed::kGone;
}

std::string Tail::piece(Watcher& watcher) {
  const std::string_view log = daemon_.tunnel().log_id();
  const auto events = watcher.batch->events();
  std::string text;
  for (; watcher.index < events.size() && text.size() < kPieceBytes; ++watcher.index) {
    const tunnel::StoredEvent& event = events[watcher.index];
    const std::string id = tunnel::format_id(log, event.meta.seq);
    if (!watcher.filter->fits(event, id)) continue;
    text += "id: " + id + "\ndata: ";
    append_event(text, event, id);
    text += "\n\n";
  }
  if (watcher.index == events.size()) watcher.batch = nullptr;
  return text;
}

}  // namespace tt::api
