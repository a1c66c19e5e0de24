// Session: a connection to NATS that does not reconnect by itself: whoever uses it begins again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nats/nats.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kit/deadline.h"
#include "kit/free.h"
#include "nats/options.h"

namespace tt::broker::nats {

using Options = std::unique_ptr<natsOptions, Free<natsOptions_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Free<natsConnection_Destroy>>;
using Subscription = std::unique_ptr<natsSubscription, Free<natsSubscription_Destroy>>;
using Msg = std::unique_ptr<natsMsg, Free<natsMsg_Destroy>>;
using JetStream = std::unique_ptr<jsCtx, Free<jsCtx_Destroy>>;

class Session {
 public:
  /// Tries the servers one after the other, before the deadline.
  static Result<std::unique_ptr<Session>> connect(const ServerOptions& options,
                                                  const Deadline& deadline);
  Session(const Session&) = delete;

  natsConnection* connection() const { return connection_.get(); }
  /// The last thing that the server said no to by itself (permissions), once the library has told
  /// it; else empty.
  std::string take_refusal();
  /// Everything that it said no to before it answered the last flush. When there is any, this is
  /// the end of the connection: the library tells of each on another thread, when it likes, and of
  /// the end behind them. Nothing when it has not told of the end before the deadline.
  std::optional<std::vector<std::string>> end_refused(const Deadline& deadline);

 private:
  /// What the library tells. It may do so when the session is gone already.
  struct Told {
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::string> refusals;
    bool is_closed = false;
  };

  Session() = default;
  static void on_error(natsConnection*, natsSubscription*, natsStatus status, void* told);
  static void on_closed(natsConnection*, void* told);

  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
  Connection connection_;
};

/// A status of the library as an error; `detail` empty: its own text.
Error error_of(natsStatus status, std::string_view detail = {});

}  // namespace tt::broker::nats
