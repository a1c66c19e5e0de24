// SharedReads: what is read from disk, once for all who read near each other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "tunnel/event_reader.h"
#include "tunnel/log_view.h"

namespace tt::tunnel {

/// The batches read last, and the readers that read them: whoever goes on where another one stopped
/// opens nothing. Thread safe.
class SharedReads {
 public:
  /// Of the batches read last it keeps `bytes_kept` of memory.
  SharedReads(LogView& log, std::size_t bytes_kept) : log_(log), bytes_kept_(bytes_kept) {}
  /// See EventReader::read(); the batch may begin before `seq`. Blocks on the disk.
  Result<SharedStored> read(Seq seq, Seq visible, std::size_t bytes_max);
  /// True for the first who asks and nothing is there: he shall read it before it is needed.
  bool claim_ahead(Seq seq);
  /// What of it is there already, or null. Never blocks.
  SharedStored find(Seq seq);
  /// All of it, when nobody came since the last call. Closes files: not for a thread that must not
  /// block.
  void forget_if_idle();
  /// What was read of events that the log no longer has: else who asks for them often enough would
  /// find them for ever. Closes files, too.
  void forget_below(Seq oldest);

 private:
  using Readers = std::vector<std::unique_ptr<EventReader>>;
  static constexpr std::size_t kReadersKept = 4;

  SharedStored find_locked(Seq seq) const;
  Readers forget_locked();
  std::unique_ptr<EventReader> take_reader(Seq seq);
  void keep(std::unique_ptr<EventReader> reader, const SharedStored& batch);

  LogView& log_;
  const std::size_t bytes_kept_;
  std::array<std::mutex, 4> turns_;  // Two that want the same read take turns, others seldom do.
  std::mutex mutex_;                 // Guards the rest; never held while the disk is read.
  std::deque<SharedStored> batches_;
  std::size_t bytes_ = 0;
  Seq claimed_ = 0;  // Last, to be read ahead.
  bool is_used_ = false;
  Readers idle_;
};

}  // namespace tt::tunnel
