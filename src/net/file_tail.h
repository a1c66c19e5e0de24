// FileTail: the files that some patterns find, read as they grow, each as a stream of lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/file_watch.h"
#include "net/known_files.h"
#include "net/rotation.h"
#include "net/stream_server.h"
#include "net/tail_files.h"
#include "net/tailed_file.h"
#include "net/tracked_file.h"

namespace tt::net {

/// - Rotation: a file that was renamed is read to its end before the one that takes its name, and
///   let go when nothing came for kAwayNs; one that was removed is let go at its end. A restart
///   finds a renamed file again in its folder.
/// - A run is on its way until the session has stored it; until then that file is not read on.
/// - What cannot be opened is tried again at each look(). Names of compressed files are left alone.
/// One thread, but for what sessions do with their peers.
class FileTail {
 public:
  static constexpr std::size_t kOpenFilesMax = 1'000;  ///< The others wait, or sleep at their end.
  static constexpr std::int64_t kAwayNs = TrackedFile::kAwayNs;

  /// `watch` outlives it, and is woken when a run was stored.
  FileTail(TailFiles wanted, TailNotes known, StreamFactory open, std::shared_ptr<FileWatch> watch);
  ~FileTail();

  /// From the next look() on. What patterns are heard of for the first time is then treated so.
  void change(TailFiles wanted) { known_.change(std::move(wanted)); }
  const TailFiles& wanted() const { return known_.wanted(); }

  /// Finds files that came, grew, were renamed or removed.
  void look(SteadyNs now_ns);
  /// The file was written to.
  void on_written(const std::string& path, SteadyNs now_ns);
  /// Hands on one run of each file that has one, while fewer than `runs_max` are on their way.
  /// True: there is more to be read at once.
  bool read_some(std::span<char> buffer, std::size_t runs_max);

  /// Takes note of what was stored.
  void settle();
  std::size_t runs() const { return busy_.size(); }  ///< On their way.
  TailNotes notes() const { return known_.notes(); }

  struct State {
    std::size_t files = 0;
    std::uint64_t unread_bytes = 0;
    std::string problem;  ///< The first of those there are; empty: none.
  };
  State state() const;

 private:
  void open(TrackedFile& one);
  void close(TrackedFile& one);
  bool make_room();
  bool read_one(TrackedFile& one, std::span<char> buffer);
  void finish(TrackedFile& one, std::span<char> buffer);
  void hand_on(TrackedFile& one, std::string_view run);

  KnownFiles known_;  // What was read last is last.
  const StreamFactory open_;
  const std::shared_ptr<FileWatch> watch_;
  std::vector<TrackedFile*> busy_;
  Rotation rotation_;  // As of the last look.
  std::size_t open_files_ = 0;
};

}  // namespace tt::net
