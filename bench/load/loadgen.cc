// Sends events to a port of 127.0.0.1 and prints one JSON object: what was sent and acknowledged.
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <limits>
#include <thread>

#include "load.h"

namespace {

using namespace tt::bench;

constexpr const char* kUsage =
    "usage: loadgen http|tcp --port N --corpus FILE [--framing object|array|lines] [--batch N]\n"
    "  [--path /x] [--connections N] [--idle N] [--threads N] [--seconds S] [--max EVENTS]\n"
    "  [--rate EVENTS_PER_S] [--progress-ms N] [--unacknowledged FILE]\n"
    "Prints a JSON object each --progress-ms, and the outcome as the last line. FILE gets the\n"
    "numbers (`seq`) of the first event and the count of each message without a 2xx.\n";

struct Arguments {
  bool is_http = true;
  Load load;
  int progress_ms = 0;
  std::string unacknowledged;
};

[[noreturn]] void fail_usage() {
  std::fputs(kUsage, stderr);
  std::exit(2);
}

Framing framing_named(const std::string& name) {
  if (name == "object") return Framing::object;
  if (name == "array") return Framing::array;
  if (name == "lines") return Framing::lines;
  fail_usage();
}

Arguments parse(int count, char** values) {
  Arguments arguments;
  Load& load = arguments.load;
  if (count < 2 || count % 2 != 0) fail_usage();
  arguments.is_http = std::string(values[1]) == "http";
  load.shape.framing = arguments.is_http ? Framing::object : Framing::lines;
  if (arguments.is_http) load.shape.path = "/ev";
  using Text = const std::string&;
  const std::map<std::string, std::function<void(Text)>> options = {
      {"--port", [&](Text text) { load.port = std::stoi(text); }},
      {"--corpus", [&](Text text) { load.corpus = text; }},
      {"--framing", [&](Text text) { load.shape.framing = framing_named(text); }},
      {"--batch", [&](Text text) { load.shape.batch = std::stoul(text); }},
      {"--path", [&](Text text) { load.shape.path = text; }},
      {"--connections", [&](Text text) { load.connections = std::stoi(text); }},
      {"--idle", [&](Text text) { load.idle_connections = std::stoi(text); }},
      {"--threads", [&](Text text) { load.threads = std::stoi(text); }},
      {"--seconds", [&](Text text) { load.seconds = std::stod(text); }},
      {"--max", [&](Text text) { load.max_events = std::stoull(text); }},
      {"--rate", [&](Text text) { load.events_per_s = std::stod(text); }},
      {"--progress-ms", [&](Text text) { arguments.progress_ms = std::stoi(text); }},
      {"--unacknowledged", [&](Text text) { arguments.unacknowledged = text; }},
  };
  for (int i = 2; i < count; i += 2) {
    const auto option = options.find(values[i]);
    if (option == options.end()) fail_usage();
    option->second(values[i + 1]);
  }
  if (load.shape.framing == Framing::lines) load.shape.type = "application/x-ndjson";
  return arguments;
}

void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Runs the load's threads to their end, with a line of progress now and then.
std::vector<Tally> run(const Arguments& arguments, std::deque<Messages>& messages,
                       Progress& progress) {
  const Load& load = arguments.load;
  std::vector<Tally> tallies(static_cast<std::size_t>(load.threads));
  std::atomic<int> running = load.threads;
  std::vector<std::thread> threads;
  for (int i = 0; i < load.threads; ++i) {
    const int connections = load.connections / load.threads;
    threads.emplace_back([&, i, connections] {
      prctl(PR_SET_TIMERSLACK, 1);
      Tally& tally = tallies[static_cast<std::size_t>(i)];
      Messages& own = messages[static_cast<std::size_t>(i)];
      if (arguments.is_http) {
        run_http(load, connections, own, progress, tally);
      } else {
        run_tcp(load, own, progress, tally);
      }
      running.fetch_sub(1);
    });
  }
  const int step_ms = arguments.progress_ms > 0 ? arguments.progress_ms : 10'000'000;
  std::uint64_t next_ns = progress.begin_ns;
  while (arguments.progress_ms > 0 && running.load() > 0) {
    next_ns += static_cast<std::uint64_t>(step_ms) * 1'000'000;
    while (running.load() > 0 && monotonic_ns() < next_ns) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::printf("{\"at_s\":%.3f,\"acknowledged\":%llu}\n",
                static_cast<double>(monotonic_ns() - progress.begin_ns) / 1e9,
                static_cast<unsigned long long>(progress.acknowledged.load()));
    std::fflush(stdout);
  }
  for (std::thread& thread : threads) thread.join();
  return tallies;
}

Tally merge(const std::vector<Tally>& tallies) {
  Tally all;
  for (const Tally& tally : tallies) {
    for (const auto& [code, count] : tally.codes) all.codes[code] += count;
    all.refused_politely += tally.refused_politely;
    all.reconnects += tally.reconnects;
    all.last_answer_ns = std::max(all.last_answer_ns, tally.last_answer_ns);
    all.unacknowledged.insert(all.unacknowledged.end(), tally.unacknowledged.begin(),
                              tally.unacknowledged.end());
    all.request.merge(tally.request);
    all.late.merge(tally.late);
  }
  return all;
}

void write_unacknowledged(const std::string& path, const Tally& all, std::size_t batch) {
  if (path.empty()) return;
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return;
  for (const std::uint64_t number : all.unacknowledged) {
    std::fprintf(file, "%llu %zu\n", static_cast<unsigned long long>(number * batch), batch);
  }
  std::fclose(file);
}

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print(const Tally& all, const Progress& progress, std::uint64_t begin_real_ns,
           std::uint64_t before_load, const Load& load, std::size_t idle_open) {
  const std::uint64_t messages = std::min(progress.next_message.load(), progress.message_limit);
  const std::uint64_t last_ns = std::max(all.last_answer_ns, progress.begin_ns + 1);
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "{\"begin_ns\":%llu,\"seconds\":%.4f,\"sent\":%llu,\"acknowledged\":%llu,"
      "\"before_load\":%llu,\"refused_politely\":%llu,\"reconnects\":%llu,\"idle_open\":%zu,"
      "\"cpu_s\":%.2f,\"request_ms\":[%.3f,%.3f,%.3f],\"late_p99_ms\":%.3f,\"codes\":{",
      number(begin_real_ns), static_cast<double>(last_ns - progress.begin_ns) / 1e9,
      number(messages * load.shape.batch), number(progress.acknowledged.load()),
      number(before_load), number(all.refused_politely), number(all.reconnects), idle_open, cpu_s(),
      all.request.quantile_us(0.5) / 1e3, all.request.quantile_us(0.99) / 1e3,
      all.request.quantile_us(0.999) / 1e3, all.late.quantile_us(0.99) / 1e3);
  const char* separator = "";
  for (const auto& [code, count] : all.codes) {
    std::printf("%s\"%d\":%llu", separator, code, number(count));
    separator = ",";
  }
  std::printf("}}\n");
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = parse(count, values);
  const Load& load = arguments.load;
  raise_file_limit();
  Progress progress;
  progress.message_limit = load.max_events > 0 ? load.max_events / load.shape.batch
                                               : std::numeric_limits<std::uint64_t>::max();
  // Rendered before the clock starts; a thread has its own, for they are not locked.
  std::deque<Messages> messages;
  for (int i = 0; i < load.threads; ++i) messages.emplace_back(load.corpus, load.shape);
  Tally before;
  const std::vector<int> idle = open_idle(load, messages.front(), progress, before);
  const std::uint64_t acknowledged_before = progress.acknowledged.load();
  const std::uint64_t begin_real_ns = realtime_ns();
  progress.begin_ns = monotonic_ns();
  progress.end_ns = progress.begin_ns + static_cast<std::uint64_t>(load.seconds * 1e9);
  std::vector<Tally> tallies = run(arguments, messages, progress);
  tallies.push_back(before);
  const Tally all = merge(tallies);
  write_unacknowledged(arguments.unacknowledged, all, load.shape.batch);
  print(all, progress, begin_real_ns, acknowledged_before, load, count_open(idle));
  return 0;
}
