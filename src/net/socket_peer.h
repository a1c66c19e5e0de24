// SocketPeer: the other end of one address: a connection, and the requests that wait for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/socket_client.h"

namespace tt::net {

/// Requests go one after the other. Loop thread only.
class SocketPeer : public std::enable_shared_from_this<SocketPeer> {
 public:
  explicit SocketPeer(EventLoop& loop) : loop_(loop), timer_(loop.context()) {}
  void send(SocketRequest request, SocketClient::Done done);
  /// Answers all with "cancelled", at once; nothing is sent any more.
  void cancel();
  /// Closes the connection if nothing is sent over it; else false.
  bool end_idle();

 private:
  using Stream = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
  using Datagrams =
      boost::asio::basic_datagram_socket<boost::asio::generic::datagram_protocol, Executor>;
  using Tls = boost::asio::ssl::stream<Stream&>;
  struct Job {
    SocketRequest request;
    SocketClient::Done done;  ///< Null: answered, though something may still wait for it.
    std::int64_t begun_ns = 0;
  };
  /// One connection; what waits on an older one sees that it is no longer the peer's.
  struct Link {
    std::optional<Stream> stream;
    std::optional<Datagrams> datagrams;
    std::optional<boost::asio::ssl::context> context;
    std::optional<Tls> tls;
    char dropped[512];
    bool is_closed = false;
  };

  Task<> run();
  static void answer(Job& job, Status status, bool was_sent);
  Task<Status> send_one(const Job& job, bool& was_sent);
  Task<Status> dial_all(const SocketRequest& request);
  Task<Status> dial_datagrams(const SocketRequest& request);
  Task<Status> open(const SocketRequest& request);
  Task<Status> dial(const SocketRequest& request, const boost::asio::ip::tcp::endpoint& endpoint);
  Task<Status> dial_unix(const SocketRequest& request);
  Task<Status> shake_hands(const SocketRequest& request);
  Task<Status> write(const SocketRequest& request, bool& was_sent);
  static Task<> watch(std::shared_ptr<Link> link);
  void set_deadline(std::int64_t at_ns, const char* what);
  void close();

  EventLoop& loop_;
  LoopTimer timer_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::shared_ptr<Link> link_;
  std::string timed_out_;  // What took too long.
  bool is_running_ = false, is_cancelled_ = false;
  std::uint64_t deadline_ = 0;
};

}  // namespace tt::net
