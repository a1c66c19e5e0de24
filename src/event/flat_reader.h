// FlatReader: the fast path for events that are flat, valid and need no rule of the canonical form
// but the loss of white space. Everything else, wrong or unusual, is left to the slow path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "event/event.h"
#include "event/tokens.h"
#include "event/writer.h"

namespace tt::event {

class FlatReader {
 public:
  FlatReader(EventBatch& batch, const Limits& limits, WallNs now_ns);

  /// Before reading events of `tokens`, in order.
  void start(const Tokens& tokens);
  /// Reads the event whose `{` is token `i` into the batch and returns the token behind it. Returns
  /// 0 and leaves the batch as it was when the event is none for this path.
  std::size_t read(std::size_t i);

 private:
  static constexpr std::size_t kNone = 0;

  std::size_t read_fields(std::size_t i, std::size_t field_begin);
  std::size_t read_value(std::size_t i, Field& field);
  std::size_t read_array(std::size_t i);
  bool note_name(std::string_view name, const Field& field);
  bool is_new_name(std::string_view name, std::size_t index);
  bool has_backslash(std::size_t begin, std::size_t end);
  void write(std::size_t begin, std::size_t end, std::size_t field_begin);
  void write_compact(std::size_t begin, std::size_t text_begin, std::size_t field_begin);
  void add_missing(std::size_t text_begin);

  // Names of the event at hand, open addressing. A slot whose event number is old is empty, so
  // nothing is cleared between events.
  struct Slot {
    std::uint32_t event = 0;
    std::uint32_t field = 0;
  };
  static constexpr std::size_t kSlots = 512;
  static constexpr std::size_t kFieldsMax = kSlots / 2;

  EventBatch& batch_;
  const Limits& limits_;
  WallNs now_ns_;
  Tokens tokens_;
  std::size_t next_backslash_ = 0;
  std::size_t origin_ = 0;       // Position of the event's `{`.
  std::size_t field_begin_ = 0;  // Its first field in the batch.
  bool is_compact_ = true;
  unsigned seen_ = 0;  // Named fields, one bit each.
  std::uint32_t event_number_ = 0;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace tt::event
