// KnownFiles: the files that some patterns find, followed from name to name by what they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/file_find.h"
#include "net/file_watch.h"
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

/// Knows a file by device and inode, whatever its name is: one that was renamed is the same file,
/// also over a restart, and the one that takes its name is a new one. Opens and reads none.
/// One thread.
class KnownFiles {
 public:
  static constexpr std::size_t kFilesMax = 10'000;  ///< More are named as a problem.

  /// `watch` is told of the folders where files may come up.
  KnownFiles(TailFiles wanted, TailNotes notes, std::shared_ptr<FileWatch> watch);

  /// From the next look() on. What patterns are heard of for the first time is then treated so.
  void change(TailFiles wanted);
  const TailFiles& wanted() const { return wanted_; }

  /// Finds files that came, grew, were renamed or removed. Those that no pattern finds any more
  /// are away from now on; each of them is to be asked of by keep_away().
  void look(SteadyNs now_ns);
  /// Of a file that is away: looks where it is now, and whether it is over. False: nothing more is
  /// to be had of it, and it can be forgotten.
  bool keep_away(TrackedFile& one, SteadyNs now_ns);
  void forget(std::list<TrackedFile>::iterator one);

  /// In the order of their turns, which whoever reads them decides.
  std::list<TrackedFile>& all() { return files_; }
  const std::list<TrackedFile>& all() const { return files_; }
  /// That the last look() found under this path, or null.
  TrackedFile* find(const std::string& path);
  /// Of the last look(); those of single files stand with them. Empty: none.
  const std::string& problem() const { return problem_; }
  TailNotes notes() const;

 private:
  void take(const FoundFile& found, bool must_skip, SteadyNs now_ns);
  /// Of files that were not found while the pattern could not look everywhere.
  void keep_unseen(const std::string& pattern, SteadyNs now_ns);
  static bool find_again(TrackedFile& one);  ///< False: it is gone.

  TailFiles wanted_;
  std::vector<std::string> heard_of_;
  const std::shared_ptr<FileWatch> watch_;
  std::list<TrackedFile> files_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, TrackedFile*> by_inode_;
  std::map<std::string, TrackedFile*, std::less<>> by_path_;
  std::uint64_t found_ = 0;  ///< So many names of files so far.
  bool is_changed_ = true;   ///< What is wanted, since the last look().
  bool was_changed_ = true;  ///< The same, when the last look() began.
  std::string problem_;
};

}  // namespace tt::net
