// The streaming half of a connection: a body that goes on until its writer or the peer ends it.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.h"

namespace tt::net {

Task<> HttpConnection::send_stream() {
  const std::shared_ptr<StreamState> stream = exchange_->answer.stream;
  if (exchange_->reader.head().method == "HEAD") co_return;
  stream->attach(this);
  enter(Phase::kStream, 0);
  watch_peer();
  std::string bytes;
  while (!is_interrupted() && !is_peer_gone_) {
    const StreamState::Taken taken = stream->take(bytes);
    if (taken == StreamState::Taken::kOverrun) co_return;
    if (taken == StreamState::Taken::kFinished) break;
    if (taken == StreamState::Taken::kNothing) {
      enter(Phase::kStream, 0);
      co_await parked();
      continue;
    }
    set_bytes(bytes, {});
    Step step;
    while (is_wait(step = flush())) {
      // A peer that takes nothing for that long is gone.
      enter(Phase::kStream, worker_.shared().limits.idle_timeout_ms);
      co_await transport_.wait(direction_of(step));
      if (is_interrupted() || is_peer_gone_) co_return;
    }
    if (step == Step::kClosed) co_return;
  }
  transport_.shutdown_write();
}

// Nothing is expected from the peer any more; reading is how its going is noticed.
void HttpConnection::watch_peer() {
  transport_.wait_then(Io::kWantRead, [this, self = shared_from_this()] {
    char room[1'024];
    IoResult got;
    do {
      got = transport_.read(room);
    } while (got.state == Io::kDone);
    if (got.state != Io::kClosed) return watch_peer();
    is_peer_gone_ = true;
    transport_.cancel();
    resume();
  });
}

}  // namespace tt::net
