// Whose turn it is.
// SPDX-License-Identifier: Apache-2.0
#include "net/body_turns.h"

#include <boost/asio/post.hpp>

namespace tt::net {

// Not from inside of the connection that ends its turn: those that go on may end theirs in turn.
void BodyTurns::end() {
  --begun_;
  if (!waiting_.empty()) boost::asio::post(loop_.executor(), [this] { wake(); });
}

void BodyTurns::wake() {
  while (!waiting_.empty() && (begun_ == 0 || !are_many_held())) {
    const auto next = waiting_.front().lock();
    waiting_.pop_front();
    if (next) next->on_turn();
  }
}

}  // namespace tt::net
