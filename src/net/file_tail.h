// FileTail: the files that some patterns find, read as they grow, each as a stream of lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/file_find.h"
#include "net/file_watch.h"
#include "net/rotation.h"
#include "net/stream_server.h"
#include "net/tail_files.h"
#include "net/tailed_file.h"
#include "net/tracked_file.h"

namespace tt::net {

/// What is kept of a FileTail over restarts.
struct TailNotes {
  std::vector<std::string> patterns;  ///< Those that have been heard of.
  std::vector<TailPosition> files;    ///< In the order in which they were found.
  bool operator==(const TailNotes&) const = default;
};

/// - Rotation: a file that was renamed is read to its end before the one that takes its name, and
///   let go when nothing came for kAwayNs; one that was removed is let go at its end. A restart
///   finds a renamed file again in its folder.
/// - A run is on its way until the session has stored it; until then that file is not read on.
/// - What cannot be opened is tried again at each look(). Names of compressed files are left alone.
/// One thread, but for what sessions do with their peers.
class FileTail {
 public:
  static constexpr std::size_t kFilesMax = 10'000;     ///< Known of; more are named as a problem.
  static constexpr std::size_t kOpenFilesMax = 1'000;  ///< The others wait, or sleep at their end.
  static constexpr std::int64_t kAwayNs = TrackedFile::kAwayNs;

  /// `watch` outlives it, and is woken when a run was stored.
  FileTail(TailFiles wanted, TailNotes known, StreamFactory open, std::shared_ptr<FileWatch> watch);
  ~FileTail();

  /// From the next look() on. What patterns are heard of for the first time is then treated so.
  void change(TailFiles wanted);
  const TailFiles& wanted() const { return wanted_; }

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
  TailNotes notes() const;

  struct State {
    std::size_t files = 0;
    std::uint64_t unread_bytes = 0;
    std::string problem;  ///< The first of those there are; empty: none.
  };
  State state() const;

 private:
  void take(const FoundFile& found, bool must_skip, SteadyNs now_ns);
  /// Of files that were not found while the pattern could not look everywhere.
  void keep_unseen(const std::string& pattern, SteadyNs now_ns);
  /// Of a file that no pattern finds any more; false: nothing more is to be had of it.
  bool keep_away(TrackedFile& one, SteadyNs now_ns);
  bool find_again(TrackedFile& one);  ///< False: it is gone.
  void open(TrackedFile& one);
  void close(TrackedFile& one);
  bool make_room();
  bool read_one(TrackedFile& one, std::span<char> buffer);
  void finish(TrackedFile& one, std::span<char> buffer);
  void hand_on(TrackedFile& one, std::string_view run);
  static void set_problem(TrackedFile& one, std::string problem);

  TailFiles wanted_;
  std::vector<std::string> heard_of_;
  const StreamFactory open_;
  const std::shared_ptr<FileWatch> watch_;
  std::list<TrackedFile> files_;  ///< What was read last is last.
  std::map<std::pair<std::uint64_t, std::uint64_t>, TrackedFile*> by_inode_;
  std::map<std::string, TrackedFile*, std::less<>> by_path_;  ///< Of the last look, as the next.
  std::vector<TrackedFile*> busy_;
  Rotation rotation_;  ///< As of the last look.
  std::size_t open_files_ = 0;
  std::uint64_t found_ = 0;  ///< So many names of files so far.
  bool is_changed_ = true;   ///< What is wanted, since the last look.
  std::string problem_;      ///< Of the last look; those of single files stand with them.
};

}  // namespace tt::net
