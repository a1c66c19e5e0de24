// DeadLetterStore: dead letters on disk, one folder an exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"
#include "tunnel/dead_letters.h"
#include "tunnel/side_log.h"

namespace tt::tunnel {

/// The body of a kDeadLetter record; its number is the record's seq.
std::string encode_letter(const DeadLetter& letter);
Result<DeadLetter> decode_letter(std::string_view body);
/// The body of a kDeadTried record: the letter's number, then fields.
std::string encode_tried(std::uint64_t number, const LetterAttempt& attempt);
/// The number; nothing when the body is foreign.
std::optional<std::uint64_t> tried_number(std::string_view body);
/// What the record says of attempts, time, status, error and answer replaces the letter's.
void apply_tried(std::string_view body, DeadLetter& letter);

class DeadLetterStore final : public DeadLetters {
 public:
  static constexpr std::uint64_t kExitBytesMax = 1u << 30;
  static constexpr std::int64_t kKeepNs = 30 * 24 * 3600 * kNsPerSec;

  /// `on_fatal`: a write or a sync failed for good, as with cursors; only a new start sees what is
  /// really stored.
  DeadLetterStore(Disk& disk, Clock& clock, Metrics& metrics, const LogIdentity& identity,
                  std::string folder, std::function<void(const Error&)> on_fatal = {});
  /// Finds the letters of all exits.
  Status open();
  /// The exit was renamed. Its letters go with it, unless the new name has some already.
  Status rename(std::string_view from, const std::string& to);

  Result<std::uint64_t> append(DeadLetter letter) override;
  std::vector<DeadSummary> summary() const override;
  std::uint64_t count(std::string_view exit, std::uint64_t after_number) const override;
  Result<std::vector<DeadLetter>> list(std::string_view exit, std::uint64_t after_number,
                                       std::size_t count_max) override;
  Result<DeadLetter> find(std::string_view exit, std::uint64_t number) override;
  std::vector<LetterName> of_event(std::uint64_t seq) const override;
  Status note_attempt(std::string_view exit, std::uint64_t number,
                      const LetterAttempt& attempt) override;
  Status remove(std::string_view exit, std::uint64_t number) override;

 private:
  struct Letter {
    SideLog::Place place;
    std::optional<SideLog::Place> tried;  // The newest attempt by hand.
    WallNs last_ns = 0;
    Seq event = 0;
  };
  struct Box {
    Box(Disk& disk, Clock& clock, const LogIdentity& identity, SideLog::Options options)
        : log(disk, clock, identity, std::move(options)) {}
    std::mutex io_mutex;  // Guards log; taken before the store's mutex.
    SideLog log;
    std::map<std::uint64_t, Letter> letters;  // By number; guarded by the store's mutex.
  };
  using SharedBox = std::shared_ptr<Box>;
  SharedBox make_box(std::string_view exit);
  SharedBox find_box(std::string_view exit) const;
  Status open_box(const std::string& exit);
  Result<SideLog::Place> keep(Box& box, DeadLetter& letter);
  Error failed(Box& box, Error error) const;
  void trim(Box& box);
  Status drop_oldest(Box& box);
  Result<DeadLetter> load(std::string_view exit, std::uint64_t number, const Letter& letter);

  Disk& disk_;
  Clock& clock_;
  const LogIdentity& identity_;
  const std::string folder_;
  const std::function<void(const Error&)> on_fatal_;
  Counter& dropped_total_;
  Counter& damaged_total_;
  mutable std::mutex mutex_;
  std::map<std::string, SharedBox, std::less<>> boxes_;
};

}  // namespace tt::tunnel
