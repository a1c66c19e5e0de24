// Answers every POST with 200 at once and counts the events in it: the other side of webhooks.
// SPDX-License-Identifier: Apache-2.0
//
// usage: receiver PORT. GET /stats prints a JSON object, GET /restart begins its latencies anew.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus.h"
#include "latency.h"

namespace {

using namespace tt::bench;

constexpr std::size_t kSeqMax = std::size_t{1} << 27;

struct Stats {
  std::uint64_t events = 0;
  std::uint64_t doubled = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::uint64_t last_ns = 0;  // CLOCK_REALTIME.
  std::vector<bool> seen = std::vector<bool>(kSeqMax);
  Latency latency;  // From `sent_ns` inside an event to the end of the request that has it.
};

std::uint64_t read_number(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '"')) ++at;
  std::uint64_t value = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    value = value * 10 + static_cast<std::uint64_t>(text[at] - '0');
  }
  return value;
}

// Calls `use` with the number behind each `name`.
template <class Use>
void each_number(std::string_view body, std::string_view name, Use use) {
  const char* at = body.data();
  const char* end = at + body.size();
  while ((at = static_cast<const char*>(memmem(at, static_cast<std::size_t>(end - at), name.data(),
                                               name.size()))) != nullptr) {
    at += name.size();
    use(read_number(body, static_cast<std::size_t>(at - body.data())));
  }
}

void count_body(Stats& stats, std::string_view body) {
  const std::uint64_t now = realtime_ns();
  ++stats.requests;
  stats.bytes += body.size();
  stats.last_ns = now;
  each_number(body, "\"seq\":", [&](std::uint64_t seq) {
    ++stats.events;
    if (seq >= kSeqMax) return;
    if (stats.seen[seq]) ++stats.doubled;
    stats.seen[seq] = true;
  });
  each_number(body, "\"sent_ns\":", [&](std::uint64_t sent_ns) {
    stats.latency.add(now > sent_ns ? now - sent_ns : 0);
  });
}

std::string render(const Stats& stats) {
  std::array<char, 512> text;
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  const auto ms = [&](double part) { return stats.latency.quantile_us(part) / 1e3; };
  std::snprintf(text.data(), text.size(),
                "{\"events\":%llu,\"doubled\":%llu,\"requests\":%llu,\"bytes\":%llu,"
                "\"last_ns\":%llu,\"timed\":%llu,\"event_ms\":[%.3f,%.3f,%.3f]}\n",
                number(stats.events), number(stats.doubled), number(stats.requests),
                number(stats.bytes), number(stats.last_ns), number(stats.latency.count()), ms(0.5),
                ms(0.99), ms(0.999));
  return text.data();
}

struct Request {
  std::size_t head = 0;  // Bytes up to the body.
  std::size_t body = 0;
  bool expects_continue = false;
};

// False while the head is not complete.
bool read_head(std::string_view bytes, Request& request) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  request = {};
  request.head = end + 4;
  for (std::size_t at = bytes.find("\r\n") + 2; at < end + 2;) {
    const std::size_t line_end = bytes.find("\r\n", at);
    const char* line = bytes.data() + at;
    if (strncasecmp(line, "content-length:", 15) == 0) request.body = read_number(bytes, at + 15);
    if (strncasecmp(line, "expect:", 7) == 0) request.expects_continue = true;
    if (strncasecmp(line, "transfer-encoding:", 18) == 0) {
      std::fputs("receiver: no peer sends chunks\n", stderr);
      std::exit(1);
    }
    at = line_end + 2;
  }
  return true;
}

void answer(int socket, const std::string& body) {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  // An answer is a fraction of a socket's buffer, and the other side waits for it.
  [[maybe_unused]] const ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// Takes whole requests off the front of `bytes`; how many bytes they had.
std::size_t serve(int socket, std::string_view bytes, Stats& stats) {
  std::size_t used = 0;
  Request request;
  while (read_head(bytes.substr(used), request)) {
    const std::string_view rest = bytes.substr(used);
    if (rest.size() < request.head + request.body) {
      if (request.expects_continue && rest.size() == request.head) {
        [[maybe_unused]] const ssize_t count =
            send(socket, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
      }
      break;
    }
    if (rest.starts_with("GET /restart")) {
      stats.latency.clear();
      answer(socket, "");
    } else if (rest.starts_with("GET ")) {
      answer(socket, render(stats));
    } else {
      count_body(stats, rest.substr(request.head, request.body));
      answer(socket, "");
    }
    used += request.head + request.body;
  }
  return used;
}

int listen_on(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket, 512) != 0) {
    std::perror("receiver");
    std::exit(1);
  }
  return socket;
}

class Receiver {
 public:
  explicit Receiver(int port) : listener_(listen_on(port)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_);
  }

  // Until the process is ended.
  void run() {
    std::array<epoll_event, 128> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all();
        } else {
          read(events[i].data.fd);
        }
      }
    }
  }

 private:
  void watch(int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept_all() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(socket);
    }
  }

  void read(int socket) {
    const ssize_t count = recv(socket, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      kept_.erase(socket);
      close(socket);
      return;
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(count));
    std::string& kept = kept_[socket];
    if (!kept.empty()) bytes = kept.append(bytes);
    const std::size_t used = serve(socket, bytes, stats_);
    if (kept.empty()) {
      kept.assign(bytes.substr(used));
    } else {
      kept.erase(0, used);
    }
  }

  int listener_;
  int epoll_;
  Stats stats_;
  std::unordered_map<int, std::string> kept_;  // By socket: a request that is not complete.
  std::vector<char> buffer_ = std::vector<char>(1 << 18);
};

}  // namespace

int main(int count, char** values) {
  if (count != 2) {
    std::fputs("usage: receiver PORT\n", stderr);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // Not left over when the harness is killed.
  Receiver(std::atoi(values[1])).run();
}
