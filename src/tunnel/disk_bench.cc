// Sequential first, which also makes the space that is overwritten then.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/disk_bench.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tt::tunnel {
namespace {

constexpr std::uint64_t kSequentialBytes = 1u << 20;
constexpr std::uint64_t kSmallBytes = 4096, kLargeBytes = 64u << 10;
constexpr std::size_t kSamplesMax = 1u << 20;
constexpr std::uint64_t kSpareBytes = 64u << 20;  // Left to whoever else uses the disk.
// The quickest drives that survive a power cut take longer for a write, a barrier and the way
// there.
constexpr std::int64_t kTooFastNs = 15 * kNsPerUs;
constexpr std::int64_t kSlowNs = 50 * kNsPerMs;
constexpr std::int64_t kStallNs = kNsPerSec;

class Bench {
 public:
  Bench(Disk& disk, Clock& clock, const DiskBenchOptions& options)
      : disk_(disk),
        clock_(clock),
        options_(options),
        path_(options.folder + "/bench-disk." + std::to_string(::getpid()) + ".tmp") {}
  ~Bench() {
    file_.reset();
    (void)disk_.remove(path_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Result<DiskFigures> run() {
    TT_TRY(const DiskSpace space, disk_.space(options_.folder));
    if (space.free_bytes < options_.file_bytes + kSpareBytes)
      return retry("too little space in " + options_.folder + ": " +
                   std::to_string((options_.file_bytes + kSpareBytes) >> 20) + " MiB are needed");
    TT_TRY(file_, disk_.open(path_, Open::kCreateNew));
    DiskFigures figures;
    TT_TRY(figures.sequential_bytes_per_second, write_sequentially(options_.time_ns / 5));
    TT_TRY(figures.small, overwrite(kSmallBytes, options_.time_ns * 2 / 5));
    TT_TRY(figures.large, overwrite(kLargeBytes, options_.time_ns * 2 / 5));
    return figures;
  }

 private:
  Status check_cancelled() const {
    return options_.is_cancelled && options_.is_cancelled() ? Status(stopped("cancelled"))
                                                            : Status();
  }

  Result<double> write_sequentially(std::int64_t time_ns) {
    const std::string bytes(kSequentialBytes, '\x5a');
    const SteadyNs begin = clock_.steady_ns();
    while (written_ < options_.file_bytes) {
      TT_CHECK(check_cancelled());
      TT_CHECK(file_->pwrite(bytes, written_));
      written_ += bytes.size();
      // A slow disk gets a smaller file rather than a longer wait.
      if (clock_.steady_ns() - begin >= time_ns) break;
    }
    TT_CHECK(file_->datasync());
    TT_CHECK(disk_.sync_directory(options_.folder));
    const auto took = static_cast<double>(std::max<SteadyNs>(clock_.steady_ns() - begin, 1));
    return static_cast<double>(written_) / took * static_cast<double>(kNsPerSec);
  }

  Result<SyncFigures> overwrite(std::uint64_t bytes, std::int64_t time_ns) {
    std::string payload(bytes, '\0');
    std::vector<std::int64_t> times;
    const SteadyNs begin = clock_.steady_ns();
    SteadyNs now = begin;
    std::uint64_t at = 0;
    while ((times.empty() || now - begin < time_ns) && times.size() < kSamplesMax) {
      TT_CHECK(check_cancelled());
      // No two writes alike: a drive may notice that nothing has changed.
      payload.replace(0, sizeof now, reinterpret_cast<const char*>(&now), sizeof now);
      const SteadyNs sent = clock_.steady_ns();
      TT_CHECK(file_->pwrite(payload, at));
      TT_CHECK(file_->datasync());
      now = clock_.steady_ns();
      times.push_back(now - sent);
      at = at + 2 * bytes <= written_ ? at + bytes : 0;
    }
    std::sort(times.begin(), times.end());
    const double elapsed = static_cast<double>(std::max<SteadyNs>(now - begin, 1));
    return SyncFigures{
        .bytes = bytes,
        .count = times.size(),
        .p50_ns = times[times.size() / 2],
        .p99_ns = times[times.size() * 99 / 100],
        .max_ns = times.back(),
        .per_second = static_cast<double>(times.size()) / elapsed * static_cast<double>(kNsPerSec)};
  }

  Disk& disk_;
  Clock& clock_;
  const DiskBenchOptions& options_;
  const std::string path_;
  std::unique_ptr<File> file_;
  std::uint64_t written_ = 0;
};

}  // namespace

Result<DiskFigures> measure_disk(Disk& disk, Clock& clock, const DiskBenchOptions& options) {
  return Bench(disk, clock, options).run();
}

std::vector<std::string> suspicions(const DiskFigures& figures) {
  std::vector<std::string> found;
  if (figures.small.p50_ns < kTooFastNs)
    found.emplace_back(
        "a sync is faster than a disk can be: memory (tmpfs), a cache without a battery, or a "
        "virtual disk whose host does not sync; after a power cut acknowledged events may be gone");
  if (figures.small.p99_ns > kSlowNs)
    found.emplace_back(
        "one sync in a hundred takes longer than 50 ms: senders wait as long; look for other load "
        "on this disk, or a disk on a network");
  if (std::max(figures.small.max_ns, figures.large.max_ns) > kStallNs)
    found.emplace_back("a sync took longer than a second: senders with short time-outs repeat");
  return found;
}

}  // namespace tt::tunnel
