// Binds stream and datagram listeners and runs them on one thread.
// SPDX-License-Identifier: Apache-2.0
#include "net/stream_server.h"

#include <algorithm>
#include <mutex>

#include "base/metric_table.h"
#include "net/datagram_reader.h"
#include "net/stream_connection.h"
#include "net/stream_loop.h"

namespace tt::net {

namespace {

constexpr int kStreamTickMs = 250;
constexpr std::size_t kDatagramBytesMax = 65'536;

class LoopStreamServer final : public StreamServer {
 public:
  LoopStreamServer(Options options, StreamFactory factory, Metrics& metrics)
      : loop_(std::move(options), std::move(factory), metrics) {}
  ~LoopStreamServer() override { stop(0); }

  Status bind() { return loop_.bind(); }
  void run(Spawner& spawner) {
    thread_ = spawner.spawn("streams", [this] { loop_.run(); });
  }

  std::vector<ListenAddress> addresses() const override { return loop_.addresses(); }

  void stop(int grace_ms) override {
    const std::lock_guard lock(stop_mutex_);
    loop_.loop().post([this, grace_ms] { loop_.drain(grace_ms); });
    thread_.reset();  // Joins.
  }

 private:
  StreamLoop loop_;
  std::mutex stop_mutex_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace

StreamLoop::StreamLoop(StreamServer::Options options, StreamFactory factory, Metrics& metrics)
    : datagrams(counter(metrics, "tt_stream_datagrams_total")),
      lost_datagrams(counter(metrics, "tt_stream_datagrams_lost_total")),
      options_(std::move(options)),
      factory_(std::move(factory)),
      refused_connections_(counter(metrics, "tt_stream_refused_connections_total")),
      open_connections_(gauge(metrics, "tt_stream_connections")),
      loop_(kStreamTickMs),
      grace_timer_(loop_.executor()),
      buffer_(std::max(options_.read_bytes, kDatagramBytesMax)) {}

StreamLoop::~StreamLoop() = default;

Status StreamLoop::bind() {
  if (options_.tls) {
    TT_TRY(tls_, TlsContext::load(*options_.tls));
  }
  for (const ListenAddress& address : options_.listen) {
    if (address.kind == ListenAddress::Kind::kTls && !tls_) {
      return misconfigured(address.to_string() + " needs tls.cert and tls.key");
    }
    TT_TRY(std::vector<BoundSocket> sockets, bind_all(address, 1));
    addresses_.push_back(sockets.front().address());
    if (address.kind == ListenAddress::Kind::kUdp) {
      readers_.push_back(std::make_unique<DatagramReader>(*this, std::move(sockets.front())));
      readers_.back()->start();
      continue;
    }
    acceptors_.push_back(
        std::make_unique<Acceptor>(loop_, std::move(sockets.front()),
                                   [this](AcceptedSocket socket, const ListenAddress& from) {
                                     accept(std::move(socket), from);
                                   }));
    acceptors_.back()->start();
  }
  return {};
}

void StreamLoop::accept(AcceptedSocket socket, const ListenAddress& address) {
  if (connections_.size() >= options_.connections_max) return refused_connections_.add();
  TlsContext* tls = address.kind == ListenAddress::Kind::kTls ? tls_.get() : nullptr;
  auto connection = std::make_shared<StreamConnection>(*this, std::move(socket), tls);
  connections_.insert(connection.get());
  open_connections_.add(1);
  connection->start();
}

void StreamLoop::remove(StreamConnection& connection) {
  connections_.erase(&connection);
  open_connections_.add(-1);
  if (is_draining_ && connections_.empty()) grace_timer_.cancel();
}

void StreamLoop::drain(int grace_ms) {
  if (is_draining_) return;
  is_draining_ = true;
  for (const auto& acceptor : acceptors_) acceptor->close();
  for (const auto& reader : readers_) reader->close();
  loop_.release();
  // A copy: a connection that ends at once removes itself.
  const std::vector<StreamConnection*> all(connections_.begin(), connections_.end());
  for (StreamConnection* connection : all) {
    if (connections_.contains(connection)) connection->drain();
  }
  if (connections_.empty()) return;
  grace_timer_.expires_after(std::chrono::milliseconds(grace_ms));
  grace_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) abort_all();
  });
}

void StreamLoop::abort_all() {
  const std::vector<StreamConnection*> all(connections_.begin(), connections_.end());
  for (StreamConnection* connection : all) {
    if (connections_.contains(connection)) connection->abort();
  }
}

Result<std::unique_ptr<StreamServer>> StreamServer::start(Options options, StreamFactory factory,
                                                          Spawner& spawner, Metrics& metrics) {
  auto server = std::make_unique<LoopStreamServer>(std::move(options), std::move(factory), metrics);
  TT_CHECK(server->bind());
  server->run(spawner);
  return std::unique_ptr<StreamServer>(std::move(server));
}

}  // namespace tt::net
