// NameSet: the names of one event, to find repeated ones and named fields. Fast when names follow
// each other as they did before, which is what senders send, in one body or in many.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "event/named.h"

namespace tt::event {

/// A text of up to 16 bytes, compared with what stands somewhere in two words, whatever its length.
class ShortKey {
 public:
  static constexpr std::size_t kBytes = 16;  ///< What is_at() reads.

  ShortKey() = default;
  explicit ShortKey(std::string_view text) {
    const std::size_t bytes = std::min(text.size(), kBytes);
    std::memcpy(words_.data(), text.data(), bytes);
    std::memset(masks_.data(), 0xFF, bytes);
  }
  bool is_at(const char* p) const {
    std::array<std::uint64_t, 2> there;
    std::memcpy(there.data(), p, kBytes);
    return (((there[0] ^ words_[0]) & masks_[0]) | ((there[1] ^ words_[1]) & masks_[1])) == 0;
  }

 private:
  std::array<std::uint64_t, 2> words_{}, masks_{};
};

/// Knows the names of the events before, so that it may outlive the bodies.
class NameSet {
 public:
  struct Name {
    ShortKey key;                        // Of the spelling.
    std::uint32_t begin = 0, bytes = 0;  // The spelling in texts_: `"name":`.
    int named = kNotNamed;               // Position in kNamedFields.
    std::uint32_t event = 0;             // The last event that has it.
    Name* next = nullptr;                // The name that came behind it.
  };
  /// A name and its spelling with quotes and colon differ by that many bytes.
  static constexpr std::size_t kAround = 3;

  NameSet() { forget(); }
  NameSet(const NameSet&) = delete;
  NameSet& operator=(const NameSet&) = delete;

  void begin_event() {
    ++event_;
    last_ = names_.data();
    if (count_ > kNamesKept || event_ == 0) forget();
  }
  /// Adds the name that is expected here when it is what stands at `p`, with quotes, colon and
  /// nothing between them; else null. Senders leave fields out, so a few are tried.
  const Name* add_expected(const char* p, const char* end) {
    constexpr int kTries = 3;
    const auto bytes = static_cast<std::size_t>(end - p);
    if (bytes < ShortKey::kBytes) return nullptr;
    Name* name = last_->next;
    for (int i = 0; i < kTries; ++i, name = name->next) {
      if (!name->key.is_at(p)) continue;
      if (name->bytes > ShortKey::kBytes && !is_rest_at(*name, p, bytes)) continue;
      return take(*name);
    }
    return nullptr;
  }
  /// Adds a name. Null when it is in the set already, is long, or when the set is full or too
  /// crowded to tell quickly.
  const Name* add(std::string_view name);

 private:
  static constexpr std::size_t kNamesMax = 512;
  static constexpr std::size_t kNamesKept = 256;     // By the next event.
  static constexpr std::size_t kNameBytesMax = 256;  // Kept for as long as the thread.
  static constexpr std::size_t kSlots = 2 * kNamesMax;

  void forget();
  const Name* take(Name& name) {
    if (name.event == event_) return nullptr;
    name.event = event_;
    last_ = &name;
    return &name;
  }
  std::string_view text(const Name& name) const {
    return {texts_.data() + name.begin + 1, name.bytes - kAround};
  }
  bool is_rest_at(const Name& name, const char* p, std::size_t bytes) const {
    constexpr std::size_t kDone = ShortKey::kBytes;
    return name.bytes <= bytes &&
           std::memcmp(texts_.data() + name.begin + kDone, p + kDone, name.bytes - kDone) == 0;
  }

  // Before the first name of an event is names_[0], which stands nowhere: tokens begin with no
  // space. It is also what follows where nothing is expected.
  std::array<Name, kNamesMax> names_;
  std::array<std::uint16_t, kSlots> slots_;  // Hash table of names_; 0 is an empty slot.
  std::string texts_;                        // Of names_, one behind the other.
  std::uint32_t count_ = 0;
  Name* last_ = nullptr;  // The name that was added last.
  std::uint32_t event_ = 0;
};

/// That of the calling thread.
NameSet& thread_names();

}  // namespace tt::event
