// Resolves fields of the bound event to slots, once per event for all programs.
// SPDX-License-Identifier: Apache-2.0
#include "template/event_scope.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/short_text.h"
#include "base/units.h"
#include "template/field_value.h"

namespace tt::tmpl {
namespace {

enum class SlotKind : std::uint8_t { kAny, kText, kTimestamp };

SlotKind slot_kind(std::string_view name) {
  if (name == "timestamp") return SlotKind::kTimestamp;
  const auto is_in = [name](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return is_in(event::kNamedFields) || is_in(event::kWellKnownFields) ? SlotKind::kText
                                                                      : SlotKind::kAny;
}

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return hash64(name); }
};

using MetaReader = cel::Value (*)(const MetaView&);

MetaReader meta_reader(std::string_view name) {
  if (name == "id") return [](const MetaView& m) { return cel::Value::borrowed(m.id); };
  if (name == "entry") return [](const MetaView& m) { return cel::Value::borrowed(m.entry); };
  if (name == "received")
    return [](const MetaView& m) { return cel::Value::timestamp(m.received_ns); };
  if (name == "seq") {
    return [](const MetaView& m) { return cel::Value::int64(static_cast<std::int64_t>(m.seq)); };
  }
  return [](const MetaView&) { return cel::Value::absent(); };
}

}  // namespace

struct EventScope::State {
  const EventEnvironment& environment;

  struct Slot {
    SlotKind kind = SlotKind::kAny;
    std::int32_t field = 0;   // Of the event of `epoch`, when that is the bound one; else it has
    std::uint64_t epoch = 0;  // no such field, or was not asked for it.
  };
  std::vector<Slot> slots;
  std::vector<MetaReader> meta_readers;  // By slot.
  std::vector<cel::Cell> event_cells, meta_cells, shared_cells;
  boost::unordered_flat_map<std::string, int, NameHash, std::equal_to<>> slot_by_name;

  // Events of one sender have the same fields in the same order: the name seen last at a position
  // is tried first, then, where some have fields that others have not, the names seen lately. The
  // map needs a real hash of each.
  static constexpr std::size_t kSeenNames = 64;
  struct Seen {
    std::string name;
    int slot = -1;
  };
  std::vector<Seen> seen_at, seen{kSeenNames};

  static constexpr int kSearchesMax = 4;
  int searches = 0;  // In the event of searched_epoch.
  std::uint64_t searched_epoch = 0;
  std::uint64_t resolved_epoch = 0;
  std::uint64_t whole_epoch = 0;
  cel::Value whole;
  std::deque<std::string> texts;  // Unescaped texts that values borrow; reused.
  std::size_t texts_used = 0;

  State(const EventEnvironment& names, Keep keep)
      : environment(names),
        event_cells(static_cast<std::size_t>(names.event_layout().size())),
        meta_cells(static_cast<std::size_t>(names.meta_layout().size())),
        shared_cells(keep == Keep::kShared
                         ? static_cast<std::size_t>(names.environment().shared_layout()->size())
                         : 0) {
    const cel::RecordLayout& layout = names.event_layout();
    for (int i = 0; i < layout.size(); ++i) {
      slots.push_back({.kind = slot_kind(layout.name_of(i))});
      slot_by_name.emplace(layout.name_of(i), i);
    }
    for (int i = 0; i < names.meta_layout().size(); ++i) {
      meta_readers.push_back(meta_reader(names.meta_layout().name_of(i)));
    }
  }

  int slot_of(std::string_view name, Seen& guess) {
    return same_text(guess.name, name) && !name.empty() ? guess.slot : look_up(name, guess);
  }

  [[gnu::noinline]] int look_up(std::string_view name, Seen& guess) {
    Seen& known = seen[short_hash(name) % kSeenNames];
    if (!same_text(known.name, name) || name.empty()) {
      const auto found = slot_by_name.find(name);
      known.name.assign(name);
      known.slot = found == slot_by_name.end() ? -1 : found->second;
    }
    guess = known;
    return guess.slot;
  }

  // Few fields are read of most events. Where the slot's field was in the event before it mostly is
  // again; else it is searched for. An event of which more is asked is resolved as a whole.
  void locate(const event::EventView& event, int index, std::uint64_t epoch) {
    if (static_cast<std::size_t>(index) >= slots.size()) return;
    Slot& slot = slots[static_cast<std::size_t>(index)];
    const std::string_view name = environment.event_layout().name_of(index);
    const auto at = static_cast<std::size_t>(slot.field);
    const event::Field* found = at < event.fields.size() ? &event.fields[at] : nullptr;
    if (!found || found->name_is_escaped ||
        !same_text(text_at(event, found->name_begin, found->name_bytes), name)) {
      if (std::exchange(searched_epoch, epoch) != epoch) searches = 0;
      if (++searches > kSearchesMax) return resolve(event, epoch);
      found = event.find(name);
    }
    if (!found) return;
    slot.field = static_cast<std::int32_t>(found - event.fields.data());
    slot.epoch = epoch;
  }

  // Says which field is in which slot, and keeps the values of plain texts at once.
  void resolve(const event::EventView& event, std::uint64_t epoch) {
    if (event.fields.size() > seen_at.size()) seen_at.resize(event.fields.size());
    Seen* guess = seen_at.data();
    std::int32_t index = -1;
    for (const event::Field& field : event.fields) {
      ++index;
      const int found = field.name_is_escaped
                            ? slot_of(event.name(field), *guess++)
                            : slot_of(text_at(event, field.name_begin, field.name_bytes), *guess++);
      if (found < 0) continue;
      Slot& slot = slots[static_cast<std::size_t>(found)];
      slot.field = index;
      slot.epoch = epoch;
      const bool is_plain = field.type == event::FieldType::kString && !field.value_is_escaped;
      if (!is_plain || slot.kind == SlotKind::kTimestamp) continue;
      cel::Cell& cell = event_cells[static_cast<std::size_t>(found)];
      cell.value = cel::Value::borrowed(text_at(event, field.value_begin, field.value_bytes));
      cell.epoch = epoch;
    }
    resolved_epoch = epoch;
  }

  // The index was checked when it was made.
  static std::string_view text_at(const event::EventView& event, std::size_t begin,
                                  std::size_t bytes) {
    return {event.json.data() + begin, bytes};
  }

  std::string_view unescaped(std::string_view json) {
    if (texts_used == texts.size()) texts.emplace_back();
    std::string& kept = texts[texts_used++];
    kept.clear();
    append_unescaped(kept, json);
    return kept;
  }

  cel::Value text_value(const event::EventView& event, const event::Field& field) {
    if (field.type == event::FieldType::kNull) return cel::Value::absent();
    const std::string_view json = event.json.substr(field.value_begin, field.value_bytes);
    if (field.type == event::FieldType::kString && field.value_is_escaped)
      return cel::Value::borrowed(unescaped(json));
    // A sender may write a well-known field as a number: its text counts.
    return cel::Value::borrowed(json);
  }

  cel::Value timestamp_value(const event::EventView& event, const event::Field& field) {
    const cel::Value text = text_value(event, field);
    if (!text.is_string()) return cel::Value::absent();
    if (const auto time = parse_time(text.as_string())) return cel::Value::timestamp(*time);
    return cel::Value::error("the timestamp `" + std::string(text.as_string()) + "` is no time");
  }

  // `field` is null when the event has none of this name.
  cel::Value value_of(const event::EventView& event, const event::Field* field, SlotKind kind,
                      std::string_view name) {
    if (!field) return kind == SlotKind::kAny ? group_value(event, name) : cel::Value::absent();
    if (kind == SlotKind::kText) return text_value(event, *field);
    if (kind == SlotKind::kTimestamp) return timestamp_value(event, *field);
    if (field->type == event::FieldType::kString && field->value_is_escaped)
      return text_value(event, *field);
    return field_value(event, *field);
  }

  cel::Value value_in(const event::EventView& event, int index, std::uint64_t epoch) {
    const Slot& slot = slots[static_cast<std::size_t>(index)];
    const event::Field* field =
        slot.epoch == epoch ? &event.fields[static_cast<std::size_t>(slot.field)] : nullptr;
    if (!field && slot.kind != SlotKind::kAny) return cel::Value::absent();
    return value_of(event, field, slot.kind, environment.event_layout().name_of(index));
  }
};

EventScope::EventScope(const EventEnvironment& environment, Keep keep)
    : state_(std::make_unique<State>(environment, keep)) {
  fields_[kEventRecord] = state_->event_cells;
  fields_[kMetaRecord] = state_->meta_cells;
  shared_ = state_->shared_cells;
}

EventScope::EventScope(const EventEnvironment& environment, const event::EventView& event,
                       const MetaView& meta)
    : EventScope(environment) {
  rebind(event, meta);
}

EventScope::~EventScope() = default;

void EventScope::rebind(const event::EventView& event, const MetaView& meta) {
  event_ = event;
  meta_ = meta;
  ++epoch_;
  state_->texts_used = 0;
}

cel::Value EventScope::field(int record, int slot) const {
  State& s = *state_;
  const auto index = static_cast<std::size_t>(slot);
  const bool is_meta = record == kMetaRecord;
  if (!is_meta && s.resolved_epoch != epoch_) s.locate(event_, slot, epoch_);
  if (const cel::Value* kept = kept_field(record, slot)) return *kept;
  const std::span<cel::Cell> cells = is_meta ? s.meta_cells : s.event_cells;
  if (index >= cells.size()) return late_field(record, slot);
  cel::Cell& cell = cells[index];
  cell.value = is_meta ? s.meta_readers[index](meta_) : s.value_in(event_, slot, epoch_);
  cell.epoch = epoch_;
  return cell.value;
}

// Of a program that was compiled after this scope was made.
cel::Value EventScope::late_field(int record, int slot) const {
  const EventEnvironment& names = state_->environment;
  const cel::RecordLayout& layout =
      record == kMetaRecord ? names.meta_layout() : names.event_layout();
  return slot < layout.size() ? named_field(record, layout.name_of(slot)) : cel::Value::absent();
}

cel::Value EventScope::named_field(int record, std::string_view name) const {
  if (record == kMetaRecord) return meta_reader(name)(meta_);
  const int slot = state_->environment.event_layout().find(name);
  if (slot >= 0 && static_cast<std::size_t>(slot) < state_->slots.size()) {
    return field(record, slot);
  }
  return state_->value_of(event_, event_.find(name), slot_kind(name), name);
}

cel::Value EventScope::record(int record) const {
  if (record == kMetaRecord) {
    cel::Map map;
    for (std::string_view name : {"id", "seq", "received", "entry"})
      map.insert(cel::Value::borrowed(name), meta_reader(name)(meta_));
    return cel::Value::map(std::move(map));
  }
  State& s = *state_;
  if (s.whole_epoch != epoch_) {
    s.whole = whole_event(event_);
    s.whole_epoch = epoch_;
  }
  return s.whole;
}

}  // namespace tt::tmpl
