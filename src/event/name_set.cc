// The hash table of names, used for those that are not expected where they stand.
// SPDX-License-Identifier: Apache-2.0
#include "event/name_set.h"

#include "base/short_text.h"

namespace tt::event {
void NameSet::forget() {
  names_[0] = {.key = ShortKey(" "), .next = names_.data()};
  slots_.fill(0);
  texts_.clear();
  count_ = 1;
  last_ = names_.data();
}

const NameSet::Name* NameSet::add(std::string_view name) {
  constexpr std::size_t kProbesMax = 8;
  if (name.size() > kNameBytesMax) return nullptr;
  // Equality is checked, and a chain that grows long refuses the event and forgets all names.
  const std::size_t hash = short_hash(name);
  for (std::size_t probe = 0; probe < kProbesMax; ++probe) {
    std::uint16_t& slot = slots_[(hash + probe) % kSlots];
    if (slot == 0) {
      if (count_ == kNamesMax) return nullptr;
      slot = static_cast<std::uint16_t>(count_++);
      const auto begin = static_cast<std::uint32_t>(texts_.size());
      texts_.append("\"").append(name).append("\":");
      const auto spelling = std::string_view(texts_).substr(begin);
      names_[slot] = {.key = ShortKey(spelling),
                      .begin = begin,
                      .bytes = static_cast<std::uint32_t>(spelling.size()),
                      .named = named_index(name),
                      .event = event_ - 1,
                      .next = names_.data()};
    } else if (!same_text(text(names_[slot]), name)) {
      continue;
    }
    last_->next = &names_[slot];
    return take(names_[slot]);
  }
  count_ = kNamesMax;  // Too crowded: the next event begins anew.
  return nullptr;
}

NameSet& thread_names() {
  thread_local NameSet names;
  return names;
}

}  // namespace tt::event
