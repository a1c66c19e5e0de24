// The inside of EventBatch, for the few functions of this layer that write events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "event/event.h"

namespace tt::event {

constexpr std::size_t kNameBytesMax = 0xFFFF;  ///< Field::name_bytes has 16 bits.

struct BatchAccess {
  static std::string& text(EventBatch& batch) { return batch.text_; }
  static std::vector<Field>& fields(EventBatch& batch) { return batch.fields_; }
  /// Makes everything appended to text and fields since these positions one event.
  static void close(EventBatch& batch, std::size_t text_begin, std::size_t field_begin) {
    batch.events_.push_back({text_begin,
                             static_cast<std::uint32_t>(batch.text_.size() - text_begin),
                             static_cast<std::uint32_t>(field_begin),
                             static_cast<std::uint32_t>(batch.fields_.size() - field_begin)});
  }
};

}  // namespace tt::event
