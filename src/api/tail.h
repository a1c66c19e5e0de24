// Tail: live events as server-sent events, for any number of watchers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "api/search.h"

namespace tt::api {

/// Open streams of one daemon. Costs nothing while nobody watches. Thread safe.
class Tail : public std::enable_shared_from_this<Tail> {
 public:
  explicit Tail(pipeline::Daemon& daemon) : daemon_(daemon) {}
  /// Begins to call back on new events; once, before the first watcher.
  void start();
  /// GET /api/v1/events/stream: filters as in search; `since` or Last-Event-ID goes back first.
  void open(const Request& request, net::Responder responder);

 private:
  struct Watcher {
    std::unique_ptr<tunnel::Scan> scan;
    std::unique_ptr<Filter> filter;
    std::shared_ptr<net::BodyStream> body;
    tunnel::SharedStored batch = nullptr;  ///< Being written from.
    std::size_t index = 0;                 ///< In the batch.
  };
  enum class Fed : unsigned char { kAll, kMore, kSlow, kGone };
  void pump_later();
  void pump();
  Fed feed(Watcher& watcher);
  std::string piece(Watcher& watcher);

  pipeline::Daemon& daemon_;
  std::mutex mutex_;  // Held while feeding: one pump at a time.
  std::vector<Watcher> watchers_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> is_posted_{false};
};

}  // namespace tt::api
