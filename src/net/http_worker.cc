// Accepting, recycling and draining of one intake thread.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_worker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/metric_table.h"
#include "net/http_connection.h"

namespace tt::net {

namespace {

constexpr std::size_t kFreeExchangesMax = 256;
// Connections beyond the maximum that are told so (503); more are closed without a word.
constexpr std::size_t kRefusedMax = 64;

int tick_ms(const HttpLimits& limits) {
  const int shortest =
      std::min({limits.head_timeout_ms, limits.body_timeout_ms, limits.idle_timeout_ms});
  return std::clamp(shortest / 4, 5, 250);
}

Counter& error_counter(Metrics& metrics, const char* reason) {
  return counter(metrics, "tt_http_request_errors_total", {{"reason", reason}});
}

}  // namespace

HttpShared::HttpShared(HttpLimits http_limits, HttpHandler http_handler, Metrics& metrics)
    : limits(http_limits),
      handler(std::move(http_handler)),
      budget(std::make_shared<BodyBudget>(http_limits.body_budget_bytes)),
      requests(counter(metrics, "tt_http_requests_total")),
      refused_connections(counter(metrics, "tt_http_refused_connections_total")),
      bad_requests(error_counter(metrics, "bad_request")),
      timeouts(error_counter(metrics, "timeout")),
      too_large(error_counter(metrics, "too_large")),
      over_budget(error_counter(metrics, "over_budget")),
      open_connections(gauge(metrics, "tt_http_connections")) {}

HttpWorker::HttpWorker(HttpShared& shared)
    : shared_(shared),
      loop_(tick_ms(shared.limits)),
      grace_timer_(loop_.executor()),
      turns_(loop_, *shared.budget, shared.limits.turns_from_bytes),
      round_(shared.handler.make_round ? shared.handler.make_round() : nullptr) {}

HttpWorker::~HttpWorker() = default;

void HttpWorker::add_acceptor(BoundSocket socket) {
  acceptors_.push_back(std::make_unique<Acceptor>(
      loop_, std::move(socket), [this](AcceptedSocket accepted, const ListenAddress& address) {
        accept(std::move(accepted), address);
      }));
  acceptors_.back()->start();
}

void HttpWorker::run() {
  loop_.run();
  free_.clear();
}

void HttpWorker::accept(AcceptedSocket socket, const ListenAddress& address) {
  const std::size_t others = shared_.connections.load(std::memory_order_relaxed);
  const std::size_t maximum = shared_.limits.connections_max;
  const bool is_refused = others >= maximum;
  if (is_refused) {
    shared_.refused_connections.add();
    if (others >= maximum + kRefusedMax) return;
  }
  shared_.connections.fetch_add(1, std::memory_order_relaxed);
  shared_.open_connections.add(1);
  TlsContext* tls = address.kind == ListenAddress::Kind::kTls ? shared_.tls.get() : nullptr;
  auto connection = std::make_shared<HttpConnection>(*this, std::move(socket), tls, is_refused);
  connections_.insert(connection.get());
  connection->start();
}

void HttpWorker::remove(HttpConnection& connection) {
  connections_.erase(&connection);
  shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  shared_.open_connections.add(-1);
  if (is_draining_ && connections_.empty()) grace_timer_.cancel();
}

std::shared_ptr<Exchange> HttpWorker::lease() {
  if (free_.empty()) return std::make_shared<Exchange>(shared_.budget, loop_.mailbox());
  std::shared_ptr<Exchange> exchange = std::move(free_.back());
  free_.pop_back();
  return exchange;
}

void HttpWorker::recycle(std::shared_ptr<Exchange> exchange) {
  exchange->owner = nullptr;
  if (exchange.use_count() == 1 && free_.size() < kFreeExchangesMax) {
    free_.push_back(std::move(exchange));
  }
}

Round* HttpWorker::round() {
  if (round_ && !std::exchange(is_round_open_, true)) {
    boost::asio::post(loop_.executor(), [this] {
      is_round_open_ = false;
      round_->end();
    });
  }
  return round_.get();
}

void HttpWorker::drain(int grace_ms) {
  if (is_draining_) return;
  is_draining_ = true;
  for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) acceptor->close();
  loop_.release();
  // A copy: a connection that ends at once removes itself.
  const std::vector<HttpConnection*> all(connections_.begin(), connections_.end());
  for (HttpConnection* connection : all) {
    if (connections_.contains(connection)) connection->drain();
  }
  if (connections_.empty()) return;
  grace_timer_.expires_after(std::chrono::milliseconds(grace_ms));
  grace_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) abort_all();
  });
}

void HttpWorker::abort_all() {
  const std::vector<HttpConnection*> all(connections_.begin(), connections_.end());
  for (HttpConnection* connection : all) {
    if (connections_.contains(connection)) connection->abort();
  }
}

}  // namespace tt::net
