// Dead letters: events an exit gave up on, kept whole with the reason, until a person decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tt::tunnel {

/// Why letters die.
inline constexpr std::array<std::string_view, 7> kDeadReasons{
    "rejected", "exhausted", "expired", "encode", "template", "too_large", "gap"};

/// One dead (or parked) event of one exit. Texts are redacted and cut by the writer of the letter.
struct DeadLetter {
  std::uint64_t number = 0;  ///< Given by the store; rises per exit, never used twice.
  std::string exit;
  std::uint64_t seq = 0;
  std::uint64_t last_seq = 0;  ///< `gap`: [seq, last_seq] are lost, and there is no event. Else 0.
  std::string reason;          ///< One of kDeadReasons.
  int status = 0;              ///< Last HTTP status; 0: none.
  std::uint32_t attempts = 0;
  WallNs first_ns = 0, last_ns = 0;
  std::string error;    ///< At most 1 KiB.
  std::string request;  ///< Rendered request, secrets masked, at most 4 KiB.
  std::string answer;   ///< Excerpt, at most 1 KiB.
  std::string rule;     ///< Label of the deciding rule, or empty.
  std::string entry;
  WallNs received_ns = 0;
  std::string event_json;    ///< The stored event, whole: the tunnel may drop the original.
  std::uint64_t replay = 0;  ///< Epoch of the replay that it died in; 0: the first run.
};

/// A further attempt at a letter, by hand, that did not deliver it.
struct LetterAttempt {
  std::uint32_t attempts = 0;  ///< All of them so far.
  WallNs last_ns = 0;
  int status = 0;
  std::string error, answer;
};

struct LetterName {
  std::string exit;
  std::uint64_t number = 0;
};

struct DeadSummary {
  std::string exit;
  std::uint64_t count = 0;
  WallNs oldest_ns = 0, newest_ns = 0;
};

/// Thread safe. Bounded per exit (1 GiB, 30 d; oldest go first and are counted).
class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  /// Blocks until the letter is durable: only then may the cursor pass its event.
  virtual Result<std::uint64_t> append(DeadLetter letter) = 0;
  virtual std::vector<DeadSummary> summary() const = 0;
  /// How many letters of the exit have a number above this one. Reads no disk.
  virtual std::uint64_t count(std::string_view exit, std::uint64_t after_number) const = 0;
  /// Oldest first, starting after `after_number`.
  virtual Result<std::vector<DeadLetter>> list(std::string_view exit, std::uint64_t after_number,
                                               std::size_t count_max) = 0;
  virtual Result<DeadLetter> find(std::string_view exit, std::uint64_t number) = 0;
  /// The letters of this event, by exit. Reads no disk.
  virtual std::vector<LetterName> of_event(std::uint64_t seq) const = 0;
  /// The letter shows this attempt from now on. Survives kill -9, not a power cut.
  virtual Status note_attempt(std::string_view exit, std::uint64_t number,
                              const LetterAttempt& attempt) = 0;
  /// The letter was delivered by hand or dropped; durable on return.
  virtual Status remove(std::string_view exit, std::uint64_t number) = 0;
};

}  // namespace tt::tunnel
