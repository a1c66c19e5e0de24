// Dead letters and attempts in memory, for the memory tunnel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tunnel/attempts.h"
#include "tunnel/dead_letters.h"

namespace tt::tunnel {

/// At most kLettersMax an exit, oldest first out. Thread safe.
class MemoryDeadLetters final : public DeadLetters {
 public:
  static constexpr std::size_t kLettersMax = 10'000;

  Result<std::uint64_t> append(DeadLetter letter) override {
    const std::lock_guard lock(mutex_);
    Box& box = boxes_[letter.exit];
    letter.number = ++box.last_number;
    box.letters.emplace(letter.number, std::move(letter));
    if (box.letters.size() > kLettersMax) box.letters.erase(box.letters.begin());
    return box.last_number;
  }
  std::vector<DeadSummary> summary() const override {
    const std::lock_guard lock(mutex_);
    std::vector<DeadSummary> summaries;
    for (const auto& [exit, box] : boxes_) {
      if (box.letters.empty()) continue;
      summaries.push_back({.exit = exit,
                           .count = box.letters.size(),
                           .oldest_ns = box.letters.begin()->second.last_ns,
                           .newest_ns = box.letters.rbegin()->second.last_ns});
    }
    return summaries;
  }
  std::uint64_t count(std::string_view exit, std::uint64_t after_number) const override {
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.find(exit);
    if (box == boxes_.end()) return 0;
    const auto& letters = box->second.letters;
    return static_cast<std::uint64_t>(
        std::distance(letters.upper_bound(after_number), letters.end()));
  }
  Result<std::vector<DeadLetter>> list(std::string_view exit, std::uint64_t after_number,
                                       std::size_t count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<DeadLetter> letters;
    const auto box = boxes_.find(exit);
    if (box == boxes_.end()) return letters;
    for (auto at = box->second.letters.upper_bound(after_number);
         at != box->second.letters.end() && letters.size() < count_max; ++at) {
      letters.push_back(at->second);
    }
    return letters;
  }
  Result<DeadLetter> find(std::string_view exit, std::uint64_t number) override {
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.find(exit);
    if (box != boxes_.end()) {
      if (const auto found = box->second.letters.find(number); found != box->second.letters.end()) {
        return found->second;
      }
    }
    return reject("no dead letter " + std::to_string(number) + " of exit " + std::string(exit));
  }
  std::vector<LetterName> of_event(std::uint64_t seq) const override {
    const std::lock_guard lock(mutex_);
    std::vector<LetterName> names;
    for (const auto& [exit, box] : boxes_)
      for (const auto& [number, letter] : box.letters)
        if (letter.seq == seq) names.push_back({exit, number});
    return names;
  }
  Status note_attempt(std::string_view exit, std::uint64_t number,
                      const LetterAttempt& attempt) override {
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.find(exit);
    if (box == boxes_.end()) return reject("no dead letters of exit " + std::string(exit));
    const auto found = box->second.letters.find(number);
    if (found == box->second.letters.end()) return {};
    DeadLetter& letter = found->second;
    letter.attempts = attempt.attempts;
    letter.last_ns = attempt.last_ns;
    letter.status = attempt.status;
    letter.error = attempt.error;
    letter.answer = attempt.answer;
    return {};
  }
  Status remove(std::string_view exit, std::uint64_t number) override {
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.find(exit);
    if (box != boxes_.end() && box->second.letters.erase(number) > 0) return {};
    return reject("no dead letter " + std::to_string(number) + " of exit " + std::string(exit));
  }
  void rename(std::string_view from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.find(from);
    if (box == boxes_.end() || boxes_.contains(to)) return;
    for (auto& [number, letter] : box->second.letters) letter.exit = to;
    boxes_.emplace(to, std::move(box->second));
    boxes_.erase(boxes_.find(from));
  }

 private:
  struct Box {
    std::map<std::uint64_t, DeadLetter> letters;
    std::uint64_t last_number = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Box, std::less<>> boxes_;
};

/// The last kAttemptsMax attempts. Thread safe.
class MemoryAttempts final : public Attempts {
 public:
  static constexpr std::size_t kAttemptsMax = 10'000;

  void append(const Attempt& attempt) override {
    const std::lock_guard lock(mutex_);
    attempts_.push_back(attempt);
    if (attempts_.size() > kAttemptsMax) attempts_.pop_front();
  }
  Result<std::vector<Attempt>> find(std::uint64_t seq) override {
    const std::lock_guard lock(mutex_);
    std::vector<Attempt> found;
    for (const Attempt& attempt : attempts_) {
      if (std::find(attempt.seqs.begin(), attempt.seqs.end(), seq) != attempt.seqs.end()) {
        found.push_back(attempt);
      }
    }
    return found;
  }
  WallNs kept_since() override {
    const std::lock_guard lock(mutex_);
    return attempts_.empty() ? 0 : attempts_.front().time_ns;
  }

 private:
  std::mutex mutex_;
  std::deque<Attempt> attempts_;
};

}  // namespace tt::tunnel
