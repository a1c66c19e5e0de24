// The hash table of names, used from the first name on that the event before did not have there.
// SPDX-License-Identifier: Apache-2.0
#include "event/name_set.h"

#include <cstring>

namespace tt::event {
namespace {

// Only has to differ often: equality is checked, and a chain that grows long refuses the event.
std::size_t cheap_hash(std::string_view name) {
  std::uint64_t word = 0;
  if (name.size() >= 8) {
    std::uint64_t tail = 0;
    std::memcpy(&word, name.data(), 8);
    std::memcpy(&tail, name.data() + name.size() - 8, 8);
    word ^= tail * 31;
  } else if (name.size() >= 4) {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::memcpy(&head, name.data(), 4);
    std::memcpy(&tail, name.data() + name.size() - 4, 4);
    word = std::uint64_t{head} << 32 | tail;
  } else {
    for (const char c : name) word = word << 8 | static_cast<unsigned char>(c);
  }
  return static_cast<std::size_t>(((word ^ name.size()) * 0x9E3779B97F4A7C15u) >> 40);
}

}  // namespace

int NameSet::add_new(std::string_view name) {
  if (count_ == kNamesMax) return kRefused;
  if (is_as_before_) {
    is_as_before_ = false;
    before_ = 0;
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (!put(i)) return kRefused;
    }
  }
  names_[count_] = {name.data(), static_cast<std::uint32_t>(name.size()), named_index(name)};
  if (!put(count_)) return kRefused;
  return names_[count_++].named;
}

bool NameSet::put(std::uint32_t index) {
  constexpr std::size_t kProbesMax = 8;
  const std::string_view name(names_[index].begin, names_[index].bytes);
  const std::size_t hash = cheap_hash(name);
  for (std::size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_[(hash + probe) % kSlots];
    if (slot.event != event_) {
      slot = {event_, index};
      return true;
    }
    if (is_same(names_[slot.name], name)) return false;
  }
  return false;
}

}  // namespace tt::event
