// EventWriter: writes canonical events into a batch, text and index in one pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "event/event.h"

namespace tt::event {

/// Limits of one event (design.md 2); what a violation does is the caller's business.
struct Limits {
  std::size_t event_bytes_max = 1u << 20;
  std::size_t fields_max = 1000;
  std::size_t depth_max = 64;
  std::size_t batch_events_max = 10'000;
};

/// Between begin() and finish() fields may be set in any order; a name set again replaces the value
/// at the first one's place. Not thread safe. Texts need not be escaped; invalid UTF-8 is refused
/// at finish(). A refused finish() leaves the batch as it was and the fields as set, so that a
/// caller may mend them and finish again.
class EventWriter {
 public:
  explicit EventWriter(EventBatch& batch, Limits limits = {});

  void begin();
  void set_text(std::string_view name, std::string_view value);  ///< Also when empty.
  /// Sets only when `value` is not empty: the usual need of portals.
  void set_some(std::string_view name, std::string_view value) {
    if (!value.empty()) set_text(name, value);
  }
  /// `json` is one scalar, an array of scalars, `{}` or `[]` as JSON text; anything else is refused
  /// at finish().
  void set_raw(std::string_view name, std::string_view json);
  /// Flattens a whole JSON text under `prefix` ("raw" gives raw.a.b; an empty prefix gives a.b);
  /// nested objects become dotted names, arrays that hold objects or arrays get indexes. Spellings
  /// stay as they are. kReject when the text is not JSON, too deep or too large; nothing is set
  /// then, except that a flattened form beyond the limits may be set in part.
  Status set_flattened(std::string_view prefix, std::string_view json);
  /// Copies every field of `event`.
  void set_all(const EventView& event);
  void unset(std::string_view name);           ///< Exact name.
  void unset_prefix(std::string_view prefix);  ///< `a.` removes a.b and a.c.
  bool has(std::string_view name) const;

  /// Makes it canonical and adds it to the batch: a named field that is null counts as missing and
  /// is left out; a missing timestamp becomes `now_ns`, a missing kind `unknown`, both behind the
  /// other fields; the named fields must be strings, message not empty, timestamp a time, limits
  /// kept. kReject with the reason otherwise.
  Status finish(WallNs now_ns);
  void abandon();

 private:
  friend class Flattener;
  enum class Problem : std::uint8_t { kNone, kNotUtf8, kNotJson };
  struct Pending {                                 // Positions in texts_.
    std::uint32_t key_begin = 0, key_bytes = 0;    // The name, unescaped.
    std::uint32_t name_begin = 0, name_bytes = 0;  // The name as it will stand in the text.
    std::uint32_t value_begin = 0, value_bytes = 0;
    FieldType type = FieldType::kNull;
    Problem problem = Problem::kNone;
    bool is_set = true;
    bool is_named = false;
  };
  static constexpr std::uint32_t kNobody = 0xFFFF'FFFF;
  std::string_view text_at(std::uint32_t begin, std::uint32_t bytes) const;
  std::string_view key_of(const Pending& field) const;
  const Pending* find(std::string_view key) const;
  void link(std::uint32_t index);
  bool is_full(std::size_t more_bytes);
  std::string_view quoted_name(std::string_view key);
  /// `name` is the JSON spelling of `key`; `value` is canonical JSON text.
  void set(std::string_view key, std::string_view name, std::string_view value, FieldType type,
           Problem problem);
  Status check(std::size_t& text_bytes, std::size_t& field_count) const;
  Status check_named(int index) const;
  static bool is_left_out(const Pending& field);
  /// The named field that finish() will write, or null.
  const Pending* named(int index) const;
  void drop(Pending& field);

  EventBatch& batch_;
  Limits limits_;
  std::string texts_;
  std::vector<Pending> pending_;
  std::vector<std::uint32_t> slots_;  // Hash table of pending_ (index + 1) once there are many.
  std::array<std::uint32_t, kNamedFields.size()> named_;  // Positions in pending_, or kNobody.
  std::string scratch_;
  bool is_too_large_ = false;
};

/// Re-indexes canonical text (a record read back, whose checksum was good). kCorrupt when it is not
/// a flat JSON object. Appends to the batch.
Status index_canonical(std::string_view json, EventBatch& batch);

}  // namespace tt::event
