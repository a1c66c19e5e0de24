// Threads that drive libcurl multi handles; each origin lives on one, so its connections are
// reused.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/metric_table.h"
#include "net/curl_sockets.h"
#include "net/transfer.h"

namespace tt::net {

namespace {

constexpr long kKeptConnectionsMax = 256;
constexpr std::size_t kFreeTransfersMax = 64;

struct Job {
  ClientRequest request;
  HttpClient::Done done;
};

void start_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_ALL);
  TT_ASSERT(code == CURLE_OK);
}

// Scheme and authority as they stand in a URL.
std::string_view site_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#\\", scheme + 3));
}

class Lane {
 public:
  Lane() : multi_(curl_multi_init()) {
    TT_ASSERT(multi_);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnectionsMax);
    sockets_.attach(multi_);
  }
  ~Lane() { curl_multi_cleanup(multi_); }

  void send(Job job) {
    std::unique_lock lock(mutex_);
    if (is_stopped_) {
      lock.unlock();
      return cancel(job.done);
    }
    jobs_.push_back(std::move(job));
    const bool is_asleep = std::exchange(is_asleep_, false);
    lock.unlock();
    if (is_asleep) sockets_.wake();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    sockets_.wake();
  }

  void run() {
    while (begin_jobs()) {
      sockets_.perform();
      finish_some();
      sockets_.wait(may_sleep());
    }
    for (Transfer* transfer : running_) {
      curl_multi_remove_handle(multi_, transfer->handle());
      transfer->fail("cancelled");
      delete transfer;
    }
    running_.clear();
    for (const Job& job : jobs_) cancel(job.done);
    free_.clear();
  }

 private:
  static void cancel(const HttpClient::Done& done) {
    ClientAnswer answer;
    answer.error = "cancelled";
    done(std::move(answer));
  }

  // Who sends from now on wakes us, and only then.
  bool may_sleep() {
    const std::lock_guard lock(mutex_);
    is_asleep_ = jobs_.empty() && !is_stopped_;
    return is_asleep_;
  }

  // False when stopped.
  bool begin_jobs() {
    {
      const std::lock_guard lock(mutex_);
      is_asleep_ = false;
      if (is_stopped_) return false;
      taken_.swap(jobs_);
    }
    for (Job& job : taken_) begin(std::move(job));
    taken_.clear();
    return true;
  }

  void begin(Job job) {
    std::unique_ptr<Transfer> transfer = take_free(job.request);
    if (!transfer->prepare(std::move(job.request), std::move(job.done))) return;
    if (curl_multi_add_handle(multi_, transfer->handle()) != CURLM_OK) {
      return transfer->fail("out of memory");
    }
    running_.insert(transfer.release());
  }

  std::unique_ptr<Transfer> take_free(const ClientRequest& request) {
    if (free_.empty()) return std::make_unique<Transfer>(sockets_);
    const auto found = std::find_if(free_.rbegin(), free_.rend(),
                                    [&](const auto& free) { return free->suits(request); });
    if (found != free_.rend()) std::swap(*found, free_.back());
    std::unique_ptr<Transfer> transfer = std::move(free_.back());
    free_.pop_back();
    return transfer;
  }

  void finish_some() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const int code = message->data.result;
      char* pointer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
      std::unique_ptr<Transfer> transfer(reinterpret_cast<Transfer*>(pointer));
      running_.erase(transfer.get());
      curl_multi_remove_handle(multi_, transfer->handle());
      transfer->finish(code);
      if (free_.size() < kFreeTransfersMax) free_.push_back(std::move(transfer));
    }
  }

  CurlSockets sockets_;  // Ends after the connections of `multi_`.
  CURLM* multi_;
  std::mutex mutex_;
  std::vector<Job> jobs_;
  bool is_stopped_ = false;
  bool is_asleep_ = false;
  // Lane thread only.
  std::vector<Job> taken_;
  std::unordered_set<Transfer*> running_;
  std::vector<std::unique_ptr<Transfer>> free_;
};

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(Spawner& spawner, Metrics& metrics, int threads)
      : answered_(counter(metrics, "tt_http_client_requests_total", {{"result", "answered"}})),
        failed_(counter(metrics, "tt_http_client_requests_total", {{"result", "failed"}})),
        in_flight_(gauge(metrics, "tt_http_client_in_flight")) {
    for (int i = 0; i < threads; ++i) lanes_.push_back(std::make_unique<Lane>());
    for (int i = 0; i < threads; ++i) {
      threads_.push_back(
          spawner.spawn("curl-" + std::to_string(i), [lane = lanes_[i].get()] { lane->run(); }));
    }
  }

  ~CurlHttpClient() override {
    for (const auto& lane : lanes_) lane->stop();
    threads_.clear();  // Joins.
  }

  void send(ClientRequest request, Done done) override {
    Lane& lane = *lanes_[std::hash<std::string_view>()(site_of(request.url)) % lanes_.size()];
    in_flight_.add(1);
    lane.send({std::move(request), [this, done = std::move(done)](ClientAnswer answer) {
                 in_flight_.add(-1);
                 (answer.status != 0 ? answered_ : failed_).add();
                 done(std::move(answer));
               }});
  }

 private:
  Counter& answered_;
  Counter& failed_;
  Gauge& in_flight_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::start(Spawner& spawner, Metrics& metrics, int threads) {
  start_curl();
  if (threads <= 0) {
    threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 4);
  }
  return std::make_unique<CurlHttpClient>(spawner, metrics, threads);
}

ClientAnswer HttpClient::call(ClientRequest request) {
  std::mutex mutex;
  std::condition_variable is_ready;
  std::optional<ClientAnswer> answer;
  send(std::move(request), [&](ClientAnswer given) {
    const std::lock_guard lock(mutex);
    answer = std::move(given);
    is_ready.notify_one();
  });
  std::unique_lock lock(mutex);
  is_ready.wait(lock, [&] { return answer.has_value(); });
  return *std::move(answer);
}

}  // namespace tt::net
