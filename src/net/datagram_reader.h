// Datagrams of one udp socket, handed to one session a peer address.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "net/listener.h"
#include "net/stream_loop.h"
#include "net/stream_peer.h"

namespace tt::net {

/// Sessions are kept for the `connections_max` addresses heard last. A session that returns false
/// pauses the socket for all, and the kernel drops what does not fit its buffer; such losses are
/// counted. Loop thread only.
class DatagramReader final : public StreamOwner {
 public:
  DatagramReader(StreamLoop& owner, BoundSocket socket);
  ~DatagramReader() override;
  void start() { wait(); }
  void close();
  void on_wishes() override;

 private:
  struct Session {
    std::string address;
    std::shared_ptr<StreamHandle> handle;
    std::unique_ptr<StreamSession> session;
  };
  using Sessions = std::list<Session>;

  void wait();
  void read_some();
  /// False when there is nothing to read.
  bool read_one();
  void count_lost(const msghdr& message);
  Session* session_of(const sockaddr_storage& from);
  void forget(Sessions::iterator session);

  StreamLoop& owner_;
  boost::asio::posix::basic_stream_descriptor<Executor> descriptor_;
  Sessions sessions_;  ///< The one heard last is first.
  std::unordered_map<std::string_view, Sessions::iterator> by_address_;
  std::uint32_t lost_seen_ = 0;
  bool is_paused_ = false, is_waiting_ = false;
};

}  // namespace tt::net
