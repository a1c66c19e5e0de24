// FlatReader: the fast path for events that are flat, valid and need no rule of the canonical form
// but the loss of white space. Everything else, wrong or unusual, is left to the slow path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "event/event.h"
#include "event/name_set.h"
#include "event/tokens.h"
#include "event/writer.h"

namespace tt::event {

class FlatReader {
 public:
  FlatReader(EventBatch& batch, const Limits& limits, WallNs now_ns);

  /// Before reading events of `tokens`, in order. Its text outlives the reader.
  void start(const Tokens& tokens);
  /// Reads the event whose `{` is token `i` into the batch and returns the token behind it. Returns
  /// 0 and leaves the batch as it was when the event is none for this path.
  std::size_t read(std::size_t i);
  /// Whether the event read last had no white space between its tokens.
  bool is_compact() const { return is_compact_; }

 private:
  static constexpr std::size_t kNone = 0;

  std::size_t read_fields(std::size_t i);
  const NameSet::Name* read_name(std::size_t i);
  bool read_escapes(std::size_t begin, std::size_t end, Field& field);
  std::size_t read_unquoted(std::size_t i, std::size_t& end, Field& field);
  std::size_t read_array(std::size_t i);
  bool is_good_time(const Field& field) const;
  void find_backslash(std::size_t begin);
  void write(std::size_t begin, std::size_t end, std::size_t field_begin);
  void write_compact(std::size_t begin, std::size_t text_begin, std::size_t field_begin);
  void add_missing(std::size_t text_begin);
  void add(std::size_t text_begin, std::string_view name, std::string_view quoted);

  EventBatch& batch_;
  const Limits& limits_;
  const WallNs now_ns_;
  Tokens tokens_;
  NameSet& names_;
  std::size_t next_backslash_ = 0;  // The first one at or behind what was read.
  std::size_t origin_ = 0;          // Position of the event's `{`.
  bool is_compact_ = true;
  unsigned seen_ = 0;  // Named fields, one bit each, by their positions.
};

}  // namespace tt::event
