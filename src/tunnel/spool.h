// Spool: events a sender keeps in a small tunnel of its own while the other side is away.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "tunnel/disk_tunnel.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// What was sent with one call, sent again as it was: the same events under the same key, so that
/// the other side stores it once even when only its answer was lost.
struct Upload {
  std::string key;
  std::vector<std::string> events;  ///< Canonical JSON.
};

struct UploadAnswer {
  enum class Verdict : std::uint8_t {
    kTaken,    ///< Stored, but for `rejected`.
    kAway,     ///< Not now: all of it waits, and what is behind it.
    kRefused,  ///< Never: each event becomes a dead letter of the spool.
  } verdict = Verdict::kTaken;
  int status = 0;
  std::string text;                   ///< Why, for people.
  std::vector<std::size_t> rejected;  ///< Positions in the upload: dead letters as well.
};
using UploadCall = std::function<UploadAnswer(const Upload&)>;

struct SpoolOptions {
  std::string folder;
  std::uint64_t bytes_max = 256u << 20;  ///< On disk, about.
  /// For another sender that has the folder: longer than its request takes to fail.
  std::int64_t patience_ns = 120 * kNsPerSec;
  std::function<void(const Error&)> on_fatal;  ///< As in DiskTunnelOptions.
};

/// One sender at a time has the folder. Used by one thread.
class Spool {
 public:
  /// Creates the folder (0700). kStopped when another process has it for longer than the patience.
  static Result<std::unique_ptr<Spool>> open(const SpoolOptions& options, Seams seams);
  /// False: nothing was ever kept there, and open() would make it.
  static bool exists(Disk& disk, const std::string& folder);
  /// False: open() would find nothing to upload. Only reads, so it costs no sync.
  static bool has_waiting(Disk& disk, const std::string& folder);

  /// Whether so many bytes of events would be taken.
  bool has_room(std::uint64_t bytes) const;
  /// Durable on return. kRetry when the spool would become too large, or too little of the disk is
  /// free; nothing is kept then.
  Status append(event::SharedBatch events, const std::string& key);
  /// Events that nobody has taken or refused, at most.
  std::uint64_t waiting() const;
  /// Events the other side refused for good, kept as dead letters for 30 days.
  std::uint64_t refused() const;
  /// The oldest of those, at most `count_max`.
  Result<std::vector<DeadLetter>> refusals(std::size_t count_max) const;
  /// The oldest waiting events, at most `count_max`.
  Result<std::vector<std::string>> peek(std::size_t count_max) const;

  struct Drained {
    std::uint64_t taken = 0, refused = 0;
    std::string problem;  ///< Not empty: the other side is away, and why; the rest waits.
  };
  /// Uploads what waits, oldest first. What was taken is not sent again, also after a crash: if it
  /// is, then under the key the other side knows.
  Result<Drained> drain(const UploadCall& upload);

 private:
  struct Batch {
    Upload upload;
    std::vector<Seq> seqs;
    WallNs received_ns = 0;
  };
  Spool(SpoolOptions options, Clock& clock, std::unique_ptr<Tunnel> tunnel,
        std::unique_ptr<Reader> reader)
      : options_(std::move(options)),
        clock_(clock),
        tunnel_(std::move(tunnel)),
        reader_(std::move(reader)) {}
  Result<bool> deliver(const Batch& batch, const UploadCall& upload, Drained& drained);
  Status bury(const Batch& batch, std::size_t index, const UploadAnswer& answer);

  const SpoolOptions options_;
  Clock& clock_;
  const std::unique_ptr<Tunnel> tunnel_;
  const std::unique_ptr<Reader> reader_;  // Ends before its tunnel.
};

}  // namespace tt::tunnel
