// Event: canonical JSON text plus an index of its fields; batches share one text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tt::event {

enum class FieldType : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

/// One field: offsets into the event's JSON text. Names and strings are indexed without their
/// quotes and still JSON-escaped when the flag says so.
struct Field {
  std::uint32_t name_begin = 0;
  std::uint32_t value_begin = 0;
  std::uint32_t value_bytes = 0;
  std::uint16_t name_bytes = 0;
  FieldType type = FieldType::kNull;
  bool name_is_escaped : 1 = false;
  bool value_is_escaped : 1 = false;
};

/// One event, borrowed from the batch that owns it. The text is one JSON object on one line, in the
/// canonical form of design.md 2: flat, no duplicate names, no white space outside strings.
struct EventView {
  std::string_view json;
  std::span<const Field> fields;

  /// The field with this (unescaped) name, or null. A few fields are cheaper to walk than to hash.
  const Field* find(std::string_view name) const;
  std::string_view raw_name(const Field& f) const {
    return json.substr(f.name_begin, f.name_bytes);
  }
  /// JSON text of the value, with quotes for strings.
  std::string_view raw_value(const Field& f) const {
    return f.type == FieldType::kString ? json.substr(f.value_begin - 1, f.value_bytes + 2)
                                        : json.substr(f.value_begin, f.value_bytes);
  }
  /// Unescaped name.
  std::string name(const Field& f) const;
  /// Unescaped string, or the JSON text of another type.
  std::string text(const Field& f) const;
  /// Unescaped string field, or empty when missing or not a string.
  std::string text(std::string_view name) const;
};

/// The names with a meaning (design.md 2), in canonical order.
inline constexpr std::array<std::string_view, 7> kNamedFields{
    "timestamp", "kind", "message", "source", "severity", "view_link", "ack_link"};
inline constexpr std::array<std::string_view, 7> kWellKnownFields{
    "project", "actor", "status", "host", "service", "alert_key", "alert_state"};

/// Events of one request or one group: one text, one field array. Immutable once shared.
class EventBatch {
 public:
  std::size_t size() const { return events_.size(); }
  bool empty() const { return events_.empty(); }
  EventView operator[](std::size_t i) const {
    const Range& r = events_[i];
    return {std::string_view(text_).substr(r.text_begin, r.text_bytes),
            std::span(fields_).subspan(r.field_begin, r.field_count)};
  }
  std::size_t text_bytes() const { return text_.size(); }
  /// Copies an event of another batch; text and index only, nothing is parsed.
  void append(const EventView& event);
  /// Takes back all but the first `count` events.
  void truncate(std::size_t count);
  /// Moves all but the first `count` events to a batch of their own.
  EventBatch split(std::size_t count);
  /// Memory held, for budgets.
  std::size_t memory_bytes() const {
    return text_.capacity() + fields_.capacity() * sizeof(Field) +
           events_.capacity() * sizeof(Range);
  }
  struct Sizes {
    std::size_t text_bytes = 0, field_count = 0, event_count = 0;
  };
  Sizes sizes() const { return {text_.size(), fields_.size(), events_.size()}; }
  void reserve(const Sizes& sizes) {
    text_.reserve(sizes.text_bytes);
    fields_.reserve(sizes.field_count);
    events_.reserve(sizes.event_count);
  }

 private:
  friend struct BatchAccess;
  struct Range {
    std::uint64_t text_begin;
    std::uint32_t text_bytes;
    std::uint32_t field_begin;
    std::uint32_t field_count;
  };
  std::string text_;
  std::vector<Field> fields_;
  std::vector<Range> events_;
};
using SharedBatch = std::shared_ptr<const EventBatch>;

}  // namespace tt::event
