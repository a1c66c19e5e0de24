// Client: one connection to Redis, with commands that are queued and answered in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kit/deadline.h"
#include "kit/free.h"
#include "redis/options.h"

namespace tt::broker::redis {

using Command = std::vector<std::string>;
using Reply = std::unique_ptr<redisReply, Free<freeReplyObject>>;

/// On one thread. After the first error of next() only its end is left.
class Client {
 public:
  /// Connects, and says who we are, before the deadline. Only the look-up of a name may take
  /// longer.
  static Result<std::unique_ptr<Client>> connect(const ServerOptions& options,
                                                 const Deadline& deadline);

  /// What is written and read from here on is so before this deadline.
  void begin(const Deadline& deadline) { deadline_ = deadline; }
  /// Written with the next call of next().
  void queue(const Command& command);
  /// The reply of the oldest command that has none. Error replies are replies.
  Result<Reply> next();
  /// queue() and next(), with `reply_seconds` of its own; an error reply is an error.
  Result<Reply> call(const Command& command);
  /// A reply that is there already, or null: for messages that nobody asked for.
  Result<Reply> next_read();
  /// Queues a PING and writes it, without waiting for the reply.
  Status ask();
  /// Waits for bytes; false after `milliseconds`.
  bool wait(int milliseconds) const;

 private:
  Client(const ServerOptions& options, const Deadline& deadline)
      : reply_time_(std::chrono::seconds(options.reply_seconds)), deadline_(deadline) {}
  Status open(const Place& place);
  Status opened(redisContext* context);
  Result<Reply> ask_for(const Command& command);
  Status write();
  Error fault() const;

  const std::chrono::milliseconds reply_time_;
  Deadline deadline_;
  bool is_written_ = true;  // All that was queued.
  std::unique_ptr<redisContext, Free<redisFree>> context_;
};

}  // namespace tt::broker::redis
