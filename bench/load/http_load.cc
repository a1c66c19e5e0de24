// The load over HTTP: keep-alive connections in an epoll set, one request at a time on each.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "answer.h"
#include "load.h"

namespace tt::bench {
namespace {

constexpr std::uint64_t kGraceNs = 15'000'000'000;
constexpr std::uint64_t kTickNs = 100'000'000;

struct Connection {
  int socket = -1;
  Message* message = nullptr;  // While a part of it is unsent.
  std::size_t sent = 0;
  bool is_busy = false;
  bool waits_for_room = false;
  std::uint64_t number = 0;
  std::uint64_t begin_ns = 0;
  AnswerReader answer;
};

class HttpLoad {
 public:
  HttpLoad(const Load& load, int connections, Messages& messages, Progress& progress, Tally& tally)
      : load_(load),
        progress_(progress),
        tally_(tally),
        messages_(messages),
        epoll_(epoll_create1(0)),
        connections_(static_cast<std::size_t>(connections)),
        share_(static_cast<double>(connections) / load.connections) {}

  ~HttpLoad() {
    for (Connection& connection : connections_) {
      if (connection.socket >= 0) close(connection.socket);
    }
    close(epoll_);
  }

  void run() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (!connect(i)) return;
      idle_.push_back(i);
    }
    const std::uint64_t hard_end_ns = progress_.end_ns + kGraceNs;
    for (std::uint64_t now = monotonic_ns(); now < hard_end_ns; now = monotonic_ns()) {
      is_over_ = is_over_ || now >= progress_.end_ns;
      const std::uint64_t wait_ns = fire_due(now);
      if (is_over_ && busy_ == 0) return;
      wait(wait_ns);
    }
    for (const Connection& connection : connections_) {
      if (connection.is_busy) count_failure(connection, 0);
    }
  }

 private:
  bool connect(std::size_t index) {
    Connection& connection = connections_[index];
    connection.socket = dial(load_.port);
    if (connection.socket < 0) return false;
    fcntl(connection.socket, F_SETFL, O_NONBLOCK);
    connection.answer.reset();
    connection.waits_for_room = false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) == 0;
  }

  // Sends what is due on idle connections; how long until the next is due.
  std::uint64_t fire_due(std::uint64_t now) {
    const double rate = load_.events_per_s / static_cast<double>(load_.shape.batch) * share_;
    while (!is_over_ && !idle_.empty()) {
      if (rate > 0) {
        const auto after_ns = static_cast<std::uint64_t>(static_cast<double>(fired_) * 1e9 / rate);
        const std::uint64_t due = progress_.begin_ns + after_ns;
        if (due > now) return std::min(due - now, kTickNs);
        tally_.late.add(now - due);
      }
      const std::size_t index = idle_.back();
      idle_.pop_back();
      fire(index, now);
    }
    return kTickNs;
  }

  void fire(std::size_t index, std::uint64_t now) {
    Connection& connection = connections_[index];
    if (!progress_.draw(now, connection.number)) {
      is_over_ = true;
      return;
    }
    ++fired_;
    ++busy_;
    connection.message = messages_.take(connection.number);
    connection.sent = 0;
    connection.is_busy = true;
    connection.begin_ns = now;
    write(index);
  }

  void write(std::size_t index) {
    Connection& connection = connections_[index];
    const std::string& bytes = connection.message->bytes;
    while (connection.sent < bytes.size()) {
      const ssize_t count = send(connection.socket, bytes.data() + connection.sent,
                                 bytes.size() - connection.sent, MSG_NOSIGNAL);
      if (count < 0) {
        // Any failure but a full buffer is seen by the read that follows.
        if (errno == EAGAIN) watch_room(index, true);
        return;
      }
      connection.sent += static_cast<std::size_t>(count);
    }
    messages_.give_back(connection.message);
    connection.message = nullptr;
    watch_room(index, false);
  }

  void watch_room(std::size_t index, bool wanted) {
    Connection& connection = connections_[index];
    if (connection.waits_for_room == wanted) return;
    connection.waits_for_room = wanted;
    epoll_event event{};
    event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event);
  }

  void wait(std::uint64_t wait_ns) {
    std::array<epoll_event, 256> events;
    const timespec timeout{0, static_cast<long>(wait_ns)};
    const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const std::size_t index = events[i].data.u64;
      if ((events[i].events & EPOLLOUT) != 0 && connections_[index].message != nullptr) {
        write(index);
      }
      if ((events[i].events & ~std::uint32_t{EPOLLOUT}) != 0) read(index);
    }
  }

  void read(std::size_t index) {
    Connection& connection = connections_[index];
    const ssize_t count = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    auto state = AnswerReader::State::broken;
    if (count > 0) state = connection.answer.read({buffer_.data(), std::size_t(count)});
    if (state == AnswerReader::State::incomplete) return;
    if (state == AnswerReader::State::broken || !connection.is_busy) {
      if (connection.is_busy) count_failure(connection, 0);
      renew(index);
      return;
    }
    const AnswerReader::Answer answer = connection.answer.take();
    count_answer(connection, answer);
    // An answer before the whole request was read ends the use of its connection.
    if (answer.closes || connection.message != nullptr) {
      renew(index);
    } else {
      settle(index);
    }
  }

  void count_answer(const Connection& connection, const AnswerReader::Answer& answer) {
    const std::uint64_t now = monotonic_ns();
    tally_.request.add(now - connection.begin_ns);
    if (answer.status < 200 || answer.status > 299) {
      if (answer.status == 503 && answer.has_retry_after) ++tally_.refused_politely;
      count_failure(connection, answer.status);
      return;
    }
    ++tally_.codes[answer.status];
    tally_.last_answer_ns = now;
    progress_.acknowledged.fetch_add(load_.shape.batch, std::memory_order_relaxed);
  }

  void count_failure(const Connection& connection, int status) {
    ++tally_.codes[status];
    tally_.unacknowledged.push_back(connection.number);
  }

  void renew(std::size_t index) {
    Connection& connection = connections_[index];
    close(connection.socket);
    connection.socket = -1;
    if (connection.message != nullptr) messages_.give_back(connection.message);
    connection.message = nullptr;
    ++tally_.reconnects;
    if (is_over_ || !connect(index)) {
      is_over_ = true;
      busy_ -= connection.is_busy ? 1 : 0;
      connection.is_busy = false;
      return;
    }
    settle(index);
  }

  // The connection is free; without a rate its next request begins at once.
  void settle(std::size_t index) {
    Connection& connection = connections_[index];
    if (!connection.is_busy) return;
    connection.is_busy = false;
    --busy_;
    if (is_over_) return;
    if (load_.events_per_s > 0) {
      idle_.push_back(index);
    } else {
      fire(index, monotonic_ns());
    }
  }

  const Load& load_;
  Progress& progress_;
  Tally& tally_;
  Messages& messages_;
  int epoll_;
  std::vector<Connection> connections_;
  double share_;  // Of the load's rate.
  std::vector<std::size_t> idle_;
  std::uint64_t fired_ = 0;
  int busy_ = 0;
  bool is_over_ = false;
  std::array<char, 65536> buffer_;
};

}  // namespace

int dial(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(socket);
    return -1;
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

void run_http(const Load& load, int connections, Messages& messages, Progress& progress,
              Tally& tally) {
  HttpLoad(load, connections, messages, progress, tally).run();
}

}  // namespace tt::bench
