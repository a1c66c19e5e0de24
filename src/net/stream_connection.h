// One accepted stream connection: bytes to its session, wishes of the session back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/stream_loop.h"
#include "net/stream_peer.h"
#include "net/transport.h"

namespace tt::net {

/// Loop thread only.
class StreamConnection final : public Timed,
                               public StreamOwner,
                               public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(StreamLoop& owner, AcceptedSocket socket, TlsContext* tls);
  ~StreamConnection() override;
  void start();
  /// Reads no more; closes when what is unsent has gone.
  void drain();
  void abort();

  void on_wishes() override;
  void on_deadline() override { abort(); }

 private:
  using Waiter = boost::asio::async_result<Await, void()>::handler_type;

  Task<> run();
  Task<bool> open();
  Task<> read_all();
  Task<> parked();
  void wake();
  void send_some();

  StreamLoop& owner_;
  Transport transport_;
  std::uint32_t deadline_;
  std::unique_ptr<StreamSession> session_;
  std::shared_ptr<StreamHandle> handle_;
  std::optional<Waiter> waiter_;
  std::string unsent_;
  bool is_tls_;
  bool is_sending_ = false;  ///< A wait for room is under way.
  bool is_paused_ = false, is_closing_ = false, is_aborted_ = false;
};

}  // namespace tt::net
