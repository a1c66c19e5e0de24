// The load over one TCP connection, and connections that only stay open.
// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "answer.h"
#include "load.h"

namespace tt::bench {
namespace {

constexpr int kReadSeconds = 30;

bool write_all(int socket, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count = send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (count < 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return true;
}

void sleep_until(std::uint64_t due_ns) {
  const timespec due{static_cast<time_t>(due_ns / 1'000'000'000),
                     static_cast<long>(due_ns % 1'000'000'000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

// The other side has the bytes in its own buffers at least; what it does with them the outputs say.
void wait_until_taken(int socket) {
  for (int i = 0; i < kReadSeconds * 100; ++i) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_unacked == 0) {
      return;
    }
    sleep_until(monotonic_ns() + 10'000'000);
  }
}

int read_status(int socket) {
  std::array<char, 4096> buffer;
  AnswerReader reader;
  auto state = AnswerReader::State::incomplete;
  while (state == AnswerReader::State::incomplete) {
    const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) return 0;
    state = reader.read({buffer.data(), static_cast<std::size_t>(count)});
  }
  return state == AnswerReader::State::complete ? reader.take().status : 0;
}

}  // namespace

void run_tcp(const Load& load, Messages& messages, Progress& progress, Tally& tally) {
  const int socket = dial(load.port);
  if (socket < 0) return;
  const double rate = load.events_per_s / static_cast<double>(load.shape.batch);
  std::uint64_t number = 0;
  for (std::uint64_t now = monotonic_ns(); progress.draw(now, number); now = monotonic_ns()) {
    if (rate > 0) {
      const auto after_ns = static_cast<std::uint64_t>(static_cast<double>(number) * 1e9 / rate);
      sleep_until(progress.begin_ns + after_ns);
      tally.late.add(monotonic_ns() - progress.begin_ns - after_ns);
    }
    Message* message = messages.take(number);
    const bool is_written = write_all(socket, message->bytes);
    messages.give_back(message);
    if (!is_written) {
      std::perror("loadgen: write");
      ++tally.codes[0];
      tally.unacknowledged.push_back(number);
      break;
    }
    progress.acknowledged.fetch_add(load.shape.batch, std::memory_order_relaxed);
  }
  tally.last_answer_ns = monotonic_ns();
  shutdown(socket, SHUT_WR);
  wait_until_taken(socket);
  close(socket);
}

std::vector<int> open_idle(const Load& load, Messages& messages, Progress& progress, Tally& tally) {
  std::vector<int> sockets;
  for (int i = 0; i < load.idle_connections; ++i) {
    const int socket = dial(load.port);
    if (socket < 0) break;
    const timeval limit{kReadSeconds, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const std::uint64_t number = progress.next_message.fetch_add(1);
    Message* message = messages.take(number);
    const int status = write_all(socket, message->bytes) ? read_status(socket) : 0;
    messages.give_back(message);
    ++tally.codes[status];
    if (status >= 200 && status <= 299) {
      progress.acknowledged.fetch_add(load.shape.batch);
    } else {
      tally.unacknowledged.push_back(number);
    }
    sockets.push_back(socket);
  }
  return sockets;
}

std::size_t count_open(const std::vector<int>& sockets) {
  std::size_t open = 0;
  for (const int socket : sockets) {
    char byte = 0;
    const ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) ++open;
  }
  return open;
}

}  // namespace tt::bench
