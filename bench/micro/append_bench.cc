// How many events a second the log takes, on the disk that holds the temporary folder.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>

#include "event/writer.h"
#include "tunnel/disk_tunnel.h"

namespace {

using namespace tt;

event::SharedBatch make_batch(std::size_t count) {
  auto batch = std::make_shared<event::EventBatch>();
  event::EventWriter writer(*batch);
  for (std::size_t i = 0; i < count; ++i) {
    writer.begin();
    writer.set_text("message", "request took longer than the limit of the service");
    writer.set_text("source", "https://ci.example.com/job/web/" + std::to_string(i));
    writer.set_text("severity", "warning");
    writer.set_text("host", "node-17.example.com");
    writer.set_text("request", std::string(100, 'r'));
    if (!writer.finish(0).ok()) std::abort();
  }
  return batch;
}

// Counts answers; at most `limit` requests are out at a time.
class Window {
 public:
  explicit Window(int limit) : limit_(limit) {}
  void enter() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return out_ < limit_; });
    ++out_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    --out_;
    wake_.notify_all();
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

// Arguments: events a request, requests out at a time, level.
void append(benchmark::State& state) {
  const char* base = std::getenv("TT_BENCH_DIR");
  const std::string folder =
      std::string(base ? base : "/tmp") + "/tt-append-bench-" + std::to_string(::getpid());
  Metrics metrics;
  tunnel::Seams seams{system_clock(), system_disk(), system_random(), system_spawner(), metrics};
  auto opened = tunnel::open_disk_tunnel({.directory = folder}, seams);
  if (!opened.ok()) {
    state.SkipWithError(opened.error().text.c_str());
    return;
  }
  auto& log = **opened;
  const auto batch = make_batch(static_cast<std::size_t>(state.range(0)));
  const auto level = static_cast<tunnel::AckLevel>(state.range(2));
  Window window(static_cast<int>(state.range(1)));
  for (auto _ : state) {
    window.enter();
    log.append({batch, "events", "", level}, [&](tunnel::Appended appended) {
      if (!appended.status.ok()) std::abort();
      window.leave();
    });
    if (log.status().segment_count > 8) (void)log.trim(0, 0);
  }
  window.drain();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(batch->text_bytes()));
  (void)log.close();
  opened->reset();
  [[maybe_unused]] const int removed = std::system(("rm -r '" + folder + "'").c_str());
}

constexpr int kDisk = static_cast<int>(tunnel::AckLevel::kDisk);
constexpr int kWritten = static_cast<int>(tunnel::AckLevel::kWritten);
BENCHMARK(append)
    ->ArgNames({"events", "out", "level"})
    ->Args({1, 1, kDisk})
    ->Args({1, 64, kDisk})
    ->Args({64, 1, kDisk})
    ->Args({64, 64, kDisk})
    ->Args({1000, 1, kDisk})
    ->Args({1000, 16, kDisk})
    ->Args({1000, 16, kWritten})
    ->UseRealTime();

}  // namespace
