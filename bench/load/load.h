// What a load is, and what is counted while it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "corpus.h"
#include "latency.h"

namespace tt::bench {

struct Load {
  int port = 0;
  std::string corpus;
  Shape shape;
  int connections = 32;      // Busy ones.
  int idle_connections = 0;  // Each sends one request before the load begins, then nothing.
  int threads = 1;
  double seconds = 5;
  std::uint64_t max_events = 0;  // 0: as many as the time allows.
  double events_per_s = 0;       // 0: each connection sends as soon as it has its answer.
};

// Common to the threads of a load: they draw message numbers, and say what became of them.
struct Progress {
  std::atomic<std::uint64_t> next_message = 0;
  std::atomic<std::uint64_t> acknowledged = 0;  // Events.
  std::uint64_t message_limit = 0;
  std::uint64_t begin_ns = 0;  // Monotonic.
  std::uint64_t end_ns = 0;    // No message begins later.

  // False when the load is over; else `number` is the caller's to send.
  bool draw(std::uint64_t now_ns, std::uint64_t& number) {
    if (now_ns >= end_ns) return false;
    number = next_message.fetch_add(1, std::memory_order_relaxed);
    return number < message_limit;
  }
};

// What one thread counted.
struct Tally {
  std::map<int, std::uint64_t> codes;  // Requests by status; 0: no answer.
  std::uint64_t refused_politely = 0;  // 503 with Retry-After.
  std::uint64_t reconnects = 0;
  std::uint64_t last_answer_ns = 0;           // Monotonic.
  std::vector<std::uint64_t> unacknowledged;  // Message numbers that got no 2xx.
  Latency request;                            // From the first byte sent to the whole answer.
  Latency late;  // Open loop: from the moment a message was due to its sending.
};

// Opens connections to 127.0.0.1; -1 when nobody listens.
int dial(int port);

// One thread's part of a load over HTTP; returns when all its requests are answered, or 15 s after
// the end.
void run_http(const Load& load, int connections, Messages& messages, Progress& progress,
              Tally& tally);

// Opens `idle_connections`, each with one request. How many are open still is asked by count_open.
std::vector<int> open_idle(const Load& load, Messages& messages, Progress& progress, Tally& tally);
std::size_t count_open(const std::vector<int>& sockets);

// The load over one TCP connection without answers: all that was written counts as acknowledged.
void run_tcp(const Load& load, Messages& messages, Progress& progress, Tally& tally);

}  // namespace tt::bench
