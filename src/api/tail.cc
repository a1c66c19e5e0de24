// Feeds every watcher from its own scan whenever the visible mark has moved.
// SPDX-License-Identifier: Apache-2.0
#include "api/tail.h"

#include <algorithm>

#include "base/text.h"
#include "pipeline/limits.h"

namespace tt::api {
namespace {

constexpr std::size_t kWatchersMax = 100;

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
  std::erase_if(watchers_, [this](Watcher& watcher) { return !feed(watcher); });
  count_.store(watchers_.size());
}

bool Tail::feed(Watcher& watcher) {
  const std::string_view log = daemon_.tunnel().log_id();
  while (watcher.body->is_open()) {
    const auto batch = watcher.scan->next(pipeline::kReadBytesMax);
    if (!batch.ok()) {
      watcher.body->write("event: error\ndata: " + json_string(batch.error().text) + "\n\n");
      watcher.body->finish();
      return false;
    }
    if (!*batch) return true;
    std::string text;
    for (const tunnel::StoredEvent& event : (*batch)->events()) {
      const std::string id = tunnel::format_id(log, event.meta.seq);
      if (!watcher.filter->fits(event, id)) continue;
      text += "id: " + id + "\ndata: ";
      append_event(text, event, id);
      text += "\n\n";
    }
    // A watcher that reads too slowly is cut off; it comes back with Last-Event-ID.
    if (!text.empty() && !watcher.body->write(std::move(text))) return false;
  }
  return false;
}

}  // namespace tt::api
