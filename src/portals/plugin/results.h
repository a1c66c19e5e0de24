// CallResults: the results that a plugin fills for the events of one call, read without belief.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "portals/kit/secret_texts.h"
#include "portals/kit/verdict.h"
#include "portals/plugin/abi.h"

namespace tt::portals::plugin {

/// One result an event, with room for its text.
class CallResults {
 public:
  static constexpr std::size_t kTextBytes = 512;
  CallResults(std::size_t count, tt_code code, std::size_t text_bytes = kTextBytes);
  CallResults(const CallResults&) = delete;

  tt_result* const* list() { return list_.data(); }
  /// Makes a result say `verdict`, for calls that begin with what the host thinks.
  void set(std::size_t index, const Verdict& verdict);
  tt_code code(std::size_t index) const { return results_[index].code; }
  int status(std::size_t index) const { return results_[index].status; }
  /// What was written, clamped to its room; UTF-8, secrets as `***`.
  std::string text(std::size_t index, const SecretTexts& secrets) const;
  /// A code that there is not, or none at all, is a retry whose text says so.
  Verdict verdict(std::size_t index, const SecretTexts& secrets) const;

 private:
  const std::size_t text_bytes_;
  std::string texts_;  // Ours, whatever a plugin makes of the pointers to it.
  std::vector<tt_result> results_;
  std::vector<tt_result*> list_;
};

/// A buffer for one text that a plugin writes.
class CallText {
 public:
  explicit CallText(std::size_t bytes = CallResults::kTextBytes)
      : buffer_(bytes, '\0'), table_{buffer_.data(), static_cast<std::uint32_t>(bytes), 0} {}
  CallText(const CallText&) = delete;
  tt_text* table() { return &table_; }
  std::string text(const SecretTexts& secrets) const;

 private:
  std::string buffer_;
  tt_text table_;
};

}  // namespace tt::portals::plugin
