// The client's thread and its peers, one an address.
// SPDX-License-Identifier: Apache-2.0
#include "net/socket_client.h"

#include <future>
#include <map>
#include <tuple>
#include <utility>

#include "net/socket_peer.h"

namespace tt::net {
namespace {

constexpr int kSocketTickMs = 1'000;
// Beyond, idle connections are closed before another is made.
constexpr std::size_t kPeersMax = 256;

class PooledSocketClient final : public SocketClient {
 public:
  explicit PooledSocketClient(Spawner& spawner)
      : thread_(spawner.spawn("tt-sockets", [this] { loop_.run(); })) {}

  ~PooledSocketClient() override {
    cancel();
    loop_.post([this] {
      peers_.clear();
      loop_.release();
    });
    thread_.reset();
  }

  void send(SocketRequest request, Done done) override {
    loop_.post([this, request = std::move(request), done = std::move(done)]() mutable {
      peer_of(request).send(std::move(request), std::move(done));
    });
  }

  void release(std::shared_ptr<const AddressPolicy> addresses) override {
    loop_.post([this, addresses = std::move(addresses)] {
      std::erase_if(peers_, [&](const auto& one) {
        return std::get<2>(one.first) == addresses && one.second->end_idle();
      });
    });
  }

  void cancel() override {
    std::promise<void> done;
    loop_.post([this, &done] {
      for (const auto& [key, peer] : peers_) peer->cancel();
      done.set_value();
    });
    done.get_future().wait();
  }

  EventLoop& loop() override { return loop_; }

 private:
  /// A connection was judged by one policy and opened with one set of files: others make their own.
  using Key = std::tuple<std::string, std::shared_ptr<const ClientTls>,
                         std::shared_ptr<const AddressPolicy>>;

  SocketPeer& peer_of(const SocketRequest& request) {
    Key key{request.to.to_string(), request.tls, request.addresses};
    if (const auto known = peers_.find(key); known != peers_.end()) return *known->second;
    if (peers_.size() >= kPeersMax)
      std::erase_if(peers_, [](const auto& one) { return one.second->end_idle(); });
    return *peers_.emplace(std::move(key), std::make_shared<SocketPeer>(loop_)).first->second;
  }

  EventLoop loop_{kSocketTickMs};
  std::map<Key, std::shared_ptr<SocketPeer>> peers_;  // Loop's thread only.
  std::unique_ptr<Thread> thread_;
};

}  // namespace

std::unique_ptr<SocketClient> SocketClient::start(Spawner& spawner) {
  return std::make_unique<PooledSocketClient>(spawner);
}

}  // namespace tt::net
