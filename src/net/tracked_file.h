// TrackedFile: a file that is followed from name to name, with its session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "net/file_watch.h"
#include "net/stream_server.h"
#include "net/tailed_file.h"

namespace tt::net {

/// Files cannot be answered, and are closed by nobody but their reader.
class FilePeer final : public StreamPeer {
 public:
  explicit FilePeer(std::shared_ptr<FileWatch> watch) : watch_(std::move(watch)) {}
  bool write(std::string) override { return true; }
  void resume() override {
    is_stored_.store(true);
    watch_->wake();
  }
  void close() override {}
  void begin_run() { is_stored_.store(false); }
  bool is_stored() const { return is_stored_.load(); }

 private:
  const std::shared_ptr<FileWatch> watch_;
  std::atomic<bool> is_stored_{false};
};

/// A file of a FileTail, and what it knows of it.
struct TrackedFile {
  static constexpr std::int64_t kAwayNs = 60 * kNsPerSec;  ///< Without a line, and it is let go.

  TrackedFile(const TailPosition& position, std::uint64_t which)
      : file(position),
        first_path(position.first_path.empty() ? position.path : position.first_path),
        first_number(position.first_number == 0 ? which : position.first_number),
        number(which) {}

  /// Says so in the log when it is news; empty: it can be read again.
  void set_problem(std::string text);
  /// Where it is read on after a restart.
  TailPosition note() const;

  TailedFile file;
  const std::string first_path;  // Under which it was found.
  // In the order in which they were found under that name, and under those that they have.
  const std::uint64_t first_number;
  std::uint64_t number;
  std::shared_ptr<FilePeer> peer;
  std::unique_ptr<StreamSession> session;
  SteadyNs grown_ns = 0;      // 0: not looked at yet.
  SteadyNs renamed_ns = 0;    // 0: never, while patterns found it.
  bool may_have_more = true;  // Than was read.
  bool must_skip = false;     // To its end, and has not been there yet.
  bool is_busy = false;       // A run of it is on its way.
  bool is_away = false;       // No pattern finds it any more.
  bool is_over = false;       // Nobody will write to it again.
  bool is_finished = false;   // And all of it was handed on.
  std::string problem;
};

}  // namespace tt::net
