// Binds, starts one worker a thread, and stops them.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "base/units.h"
#include "net/http_exchange.h"
#include "net/http_worker.h"

namespace tt::net {

namespace {

int thread_count(int asked) {
  if (asked > 0) return asked;
  // The others route, commit and deliver; and fewer threads take larger rounds.
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8);
}

class WorkerHttpServer final : public HttpServer {
 public:
  WorkerHttpServer(HttpLimits limits, HttpHandler handler, Metrics& metrics, int threads)
      : shared_(limits, std::move(handler), metrics) {
    for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<HttpWorker>(shared_));
  }

  ~WorkerHttpServer() override { stop(0); }

  Status bind(const Options& options) {
    if (options.tls) {
      TT_TRY(shared_.tls, TlsContext::load(*options.tls));
    }
    for (const ListenAddress& address : options.listen) {
      if (address.kind == ListenAddress::Kind::kUdp) {
        return misconfigured("http cannot listen on " + address.to_string());
      }
      if (address.kind == ListenAddress::Kind::kTls && !shared_.tls) {
        return misconfigured(address.to_string() + " needs tls.cert and tls.key");
      }
      TT_TRY(std::vector<BoundSocket> sockets,
             bind_all(address, static_cast<int>(workers_.size())));
      addresses_.push_back(sockets.front().address());
      for (std::size_t i = 0; i < sockets.size(); ++i) {
        workers_[i]->add_acceptor(std::move(sockets[i]));
      }
    }
    return {};
  }

  void run(Spawner& spawner) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      threads_.push_back(spawner.spawn("http-" + std::to_string(i),
                                       [worker = workers_[i].get()] { worker->run(); }));
    }
  }

  std::vector<ListenAddress> addresses() const override { return addresses_; }

  void stop(int grace_ms) override {
    const std::lock_guard lock(stop_mutex_);
    for (const std::unique_ptr<HttpWorker>& worker : workers_) {
      worker->loop().post([worker = worker.get(), grace_ms] { worker->drain(grace_ms); });
    }
    threads_.clear();  // Joins.
  }

 private:
  HttpShared shared_;
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  std::vector<ListenAddress> addresses_;
  std::mutex stop_mutex_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

HttpAnswer method_answer(std::string_view method, const std::vector<std::string_view>& allowed) {
  const std::string list = join(std::vector<std::string>(allowed.begin(), allowed.end()), ", ");
  HttpAnswer answer =
      error_answer(405, "this path does not take " + std::string(method) + "; it takes " + list);
  answer.headers.emplace_back("Allow", list);
  return answer;
}

std::string too_large_text(std::size_t body_bytes_max, std::optional<std::size_t> body_bytes) {
  const std::string limit = format_size(body_bytes_max);
  const bool has_unit = limit.ends_with('B');
  return "the request body " + (body_bytes ? "of " + std::to_string(*body_bytes) + " bytes " : "") +
         "is over the limit of " + limit + (has_unit ? "" : " bytes");
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(Options options, HttpHandler handler,
                                                      Spawner& spawner, Metrics& metrics) {
  auto server = std::make_unique<WorkerHttpServer>(options.limits, std::move(handler), metrics,
                                                   thread_count(options.threads));
  TT_CHECK(server->bind(options));
  server->run(spawner);
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace tt::net
