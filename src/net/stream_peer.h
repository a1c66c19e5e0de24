// The thread-safe end of a stream connection: what sessions keep and call from anywhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "net/event_loop.h"
#include "net/stream_server.h"

namespace tt::net {

/// The connection's side. Loop thread only.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;
  /// The peer handle was asked for something; see StreamHandle::take().
  virtual void on_wishes() = 0;
};

class StreamHandle final : public StreamPeer,
                           public Posted,
                           public std::enable_shared_from_this<StreamHandle> {
 public:
  static constexpr std::size_t kUnsentBytesMax = 1u << 20;
  StreamHandle(std::shared_ptr<Mailbox> mailbox, StreamOwner& owner, bool can_write)
      : mailbox_(std::move(mailbox)), owner_(&owner), can_write_(can_write) {}

  bool write(std::string bytes) override;
  void resume() override;
  void close() override;
  void on_loop(std::shared_ptr<Posted> self) override;

  struct Wishes {
    std::string bytes;
    bool must_resume = false, must_close = false;
  };
  /// Loop thread: what was asked since the last call.
  Wishes take();
  /// Loop thread: the connection is gone.
  void detach();
  /// Loop thread: how much of what was taken is still unsent.
  void set_sending(std::size_t bytes);

 private:
  void notify(std::unique_lock<std::mutex> lock);

  const std::shared_ptr<Mailbox> mailbox_;
  StreamOwner* owner_;  ///< Loop thread only.
  const bool can_write_;
  std::mutex mutex_;
  Wishes wishes_;
  std::size_t sending_bytes_ = 0;
  bool is_gone_ = false, is_posted_ = false;
};

}  // namespace tt::net
