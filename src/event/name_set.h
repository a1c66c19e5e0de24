// NameSet: the names of one event, to find repeated ones and named fields. Fast when an event has
// the names of the one before it, which is what senders send.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/short_text.h"
#include "event/named.h"

namespace tt::event {

/// Names are borrowed and outlive the set.
class NameSet {
 public:
  static constexpr int kRefused = -2;

  void begin_event() {
    if (!is_as_before_) before_ = count_;
    is_as_before_ = true;
    count_ = 0;
    ++event_;
  }
  /// The position in kNamedFields, or kNotNamed; kRefused when the name is in the set already, or
  /// when the set is full or too crowded to tell quickly.
  int add(std::string_view name) {
    if (is_as_before_ && count_ < before_ && is_same(names_[count_], name)) {
      return names_[count_++].named;
    }
    return add_new(name);
  }

 private:
  static constexpr std::size_t kNamesMax = 256;
  static constexpr std::size_t kSlots = 2 * kNamesMax;

  struct Name {  // Without initial values: a set is made for every body, and most need few names.
    const char* begin;
    std::uint32_t bytes;
    int named;
  };
  // A slot of an older event is empty, so nothing is cleared between events.
  struct Slot {
    std::uint32_t event = 0;
    std::uint32_t name = 0;
  };

  static bool is_same(const Name& a, std::string_view b) {
    return same_text({a.begin, a.bytes}, b);
  }

  int add_new(std::string_view name);
  bool put(std::uint32_t index);

  // names_[0, count_) are of this event; while it is as the one before, those up to before_ are
  // what that one had next.
  std::array<Name, kNamesMax> names_;
  std::uint32_t count_ = 0;
  std::uint32_t before_ = 0;
  bool is_as_before_ = true;
  std::uint32_t event_ = 0;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace tt::event
