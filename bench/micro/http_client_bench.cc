// What one small request costs the HTTP client, against a server on loopback in a process of its
// own: CPU of this process, in user space and in the kernel.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/memory_disk.h"
#include "net/http_client.h"
#include "portals/kit/exit.h"

namespace {

using namespace tt;

const std::string kBody = R"({"message":"disk is full","source":"db-7","severity":"critical",)" +
                          ("\"text\":\"" + std::string(250, 't') + "\"}\n");

// Answers whatever ends like a body; the client has one request at a time on a connection.
[[noreturn]] void serve(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const int poller = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    epoll_event events[64];
    const int count = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == listener) {
        event.data.fd = accept(listener, nullptr, nullptr);
        const int on = 1;
        setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        epoll_ctl(poller, EPOLL_CTL_ADD, event.data.fd, &event);
        continue;
      }
      static char room[1 << 20];
      const ssize_t n = read(events[i].data.fd, room, sizeof(room));
      if (n <= 0) close(events[i].data.fd);
      if (n < 2 || room[n - 2] != '}') continue;
      if (write(events[i].data.fd, kAnswer.data(), kAnswer.size()) < 0) std::abort();
    }
  }
}

// A server on a free port; ends with this object.
class Server {
 public:
  Server() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(to);
    auto* const address = reinterpret_cast<sockaddr*>(&to);
    if (bind(listener, address, size) || listen(listener, 512) ||
        getsockname(listener, address, &size))
      std::abort();
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(to.sin_port)) + "/hook";
    process_ = fork();
    if (process_ == 0) serve(listener);
    close(listener);
  }
  ~Server() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  pid_t process_;
};

// At most `limit` requests are out at a time.
class Window {
 public:
  explicit Window(int limit) : limit_(limit) {}
  void enter() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return out_ < limit_; });
    ++out_;
  }
  void leave(bool is_good) {
    if (!is_good) std::abort();
    const std::lock_guard lock(mutex_);
    if (out_-- == limit_ || out_ == 0) wake_.notify_one();
  }
  void drain() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return out_ == 0; });
  }

 private:
  const int limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  int out_ = 0;
};

double microseconds(const timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; }

// Runs the benchmark with `send(window)`, and says what a request has cost.
template <class Send>
void measure(benchmark::State& state, Send send) {
  Window window(static_cast<int>(state.range(0)));
  const auto send_one = [&] {
    window.enter();
    send(window);
  };
  for (int i = 0; i < 1'000; ++i) send_one();
  window.drain();
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  for (auto _ : state) send_one();
  window.drain();
  getrusage(RUSAGE_SELF, &after);
  const auto n = static_cast<double>(state.iterations());
  state.counters["user_us"] = (microseconds(after.ru_utime) - microseconds(before.ru_utime)) / n;
  state.counters["kernel_us"] = (microseconds(after.ru_stime) - microseconds(before.ru_stime)) / n;
}

void client(benchmark::State& state) {
  const Server server;
  Metrics metrics;
  const auto http = net::HttpClient::start(system_spawner(), metrics, 1);
  measure(state, [&](Window& window) {
    net::ClientRequest request{.url = server.url(), .body = kBody};
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", "01hfyk0000000000000000abcd"},
                       {"webhook-timestamp", "1700000000"}};
    http->send(std::move(request),
               [&window](const net::ClientAnswer& answer) { window.leave(answer.status == 200); });
  });
}

void sender(benchmark::State& state) {
  const Server server;
  Metrics metrics;
  const auto http = net::HttpClient::start(system_spawner(), metrics, 1);
  MemoryDisk disk;
  portals::SenderHooks hooks;
  hooks.sign = [](const portals::ExitRequest&, const portals::AttemptFacts& facts) {
    return portals::SensitiveFields{{"webhook-id", facts.id}, {"webhook-timestamp", "1700000000"}};
  };
  const auto sender =
      portals::make_http_sender({}, std::move(hooks), {system_clock(), disk, *http, {}});
  portals::ExitRequest request{.url = server.url(), .body = kBody};
  request.headers = {{"Content-Type", "application/json"}};
  const portals::AttemptFacts facts{.id = "01hfyk0000000000000000abcd"};
  measure(state, [&](Window& window) {
    sender->send(request, facts, [&window](const portals::ExitAnswer& answer) {
      window.leave(answer.status == 200);
    });
  });
}

// Argument: requests out at a time.
BENCHMARK(client)->Arg(1)->Arg(16)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(sender)->Arg(16)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
