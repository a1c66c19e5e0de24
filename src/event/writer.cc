// EventWriter: fields wait in one arena, in the order of their first setting, until finish() writes
// them. Values that are replaced leave a hole in the arena; begin() forgets them all.
// SPDX-License-Identifier: Apache-2.0
#include "event/writer.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "event/flatten.h"
#include "event/named.h"

namespace tt::event {
namespace {

// Up to here comparing with every name beats hashing.
constexpr std::size_t kFieldsToHash = 16;

}  // namespace

EventWriter::EventWriter(EventBatch& batch, Limits limits) : batch_(batch), limits_(limits) {
  begin();
}

void EventWriter::begin() {
  texts_.clear();
  pending_.clear();
  slots_.clear();
  named_.fill(kNobody);
  is_too_large_ = false;
}

void EventWriter::abandon() { begin(); }

std::string_view EventWriter::text_at(std::uint32_t begin, std::uint32_t bytes) const {
  return std::string_view(texts_).substr(begin, bytes);
}

std::string_view EventWriter::key_of(const Pending& field) const {
  return text_at(field.key_begin, field.key_bytes);
}

const EventWriter::Pending* EventWriter::find(std::string_view key) const {
  const int index = named_index(key);
  if (index != kNotNamed) {
    const std::uint32_t position = named_[static_cast<std::size_t>(index)];
    return position == kNobody ? nullptr : &pending_[position];
  }
  if (slots_.empty()) {
    for (const Pending& field : pending_) {
      if (field.is_set && key_of(field) == key) return &field;
    }
    return nullptr;
  }
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash64(key) & mask; slots_[slot]; slot = (slot + 1) & mask) {
    const Pending& field = pending_[slots_[slot] - 1];
    if (field.is_set && key_of(field) == key) return &field;
  }
  return nullptr;
}

// Puts a new field into the hash table, which is made or doubled when needed. Fields that were
// unset keep their slots until then, so that chains stay whole.
void EventWriter::link(std::uint32_t index) {
  if (pending_.size() <= kFieldsToHash) return;
  const auto put = [this](std::uint32_t i) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash64(key_of(pending_[i])) & mask;
    while (slots_[slot]) slot = (slot + 1) & mask;
    slots_[slot] = i + 1;
  };
  if (pending_.size() * 2 <= slots_.size()) return put(index);
  slots_.assign(std::max(slots_.size() * 2, kFieldsToHash * 8), 0);
  for (std::uint32_t i = 0; i < pending_.size(); ++i) put(i);
}

// Flattening repeats long prefixes, so an event can outgrow its limit by far before finish() looks.
bool EventWriter::is_full(std::size_t more_bytes) {
  const std::size_t bytes_max =
      std::min<std::size_t>(4 * limits_.event_bytes_max + (1u << 20), 0xFFFF'FFFF);
  if (texts_.size() + more_bytes > bytes_max) is_too_large_ = true;
  return is_too_large_;
}

void EventWriter::set(std::string_view key, std::string_view name, std::string_view value,
                      FieldType type, Problem problem) {
  if (is_full(key.size() + name.size() + value.size())) return;
  const auto add = [this](std::string_view text) {
    const auto begin = static_cast<std::uint32_t>(texts_.size());
    texts_ += text;
    return begin;
  };
  const Pending* found = find(key);
  const auto index = found ? static_cast<std::size_t>(found - pending_.data()) : pending_.size();
  if (!found) {
    Pending& field = pending_.emplace_back();
    field.key_begin = field.name_begin = add(key);
    field.key_bytes = static_cast<std::uint32_t>(key.size());
    field.name_bytes = static_cast<std::uint32_t>(name.size());
    if (name != key) field.name_begin = add(name);
    if (const int named = named_index(key); named != kNotNamed) {
      field.is_named = true;
      named_[static_cast<std::size_t>(named)] = static_cast<std::uint32_t>(index);
    }
    link(static_cast<std::uint32_t>(index));
  }
  Pending& field = pending_[index];
  field.value_begin = add(value);
  field.value_bytes = static_cast<std::uint32_t>(value.size());
  field.type = type;
  field.problem = problem;
}

// The JSON spelling of a name, without quotes; borrowed until the next call.
std::string_view EventWriter::quoted_name(std::string_view key) {
  scratch_.clear();
  append_json_string(scratch_, key);
  return std::string_view(scratch_).substr(1, scratch_.size() - 2);
}

void EventWriter::set_text(std::string_view name, std::string_view value) {
  const bool is_good = is_utf8(name) && is_utf8(value);
  const std::string quoted = json_string(value);
  set(name, quoted_name(name), quoted, FieldType::kString,
      is_good ? Problem::kNone : Problem::kNotUtf8);
}

void EventWriter::set_raw(std::string_view name, std::string_view json) {
  Tokens tokens;
  FieldType type = FieldType::kNull;
  bool is_good = is_utf8(name) && thread_tokenizer().scan(json, tokens);
  std::string compact;
  if (is_good) {
    const ValueCheck check = check_value(tokens, 0);
    is_good =
        check.is_json && check.next_token == tokens.count && !check.has_lone_surrogate &&
        (check.depth == 0 || (check.depth == 1 && (tokens.first(0) == '[' || check.nodes == 1)));
  }
  if (is_good) {
    append_compact(compact, json);
    type = type_of_first(tokens.first(0));
  }
  set(name, quoted_name(name), compact, type, is_good ? Problem::kNone : Problem::kNotJson);
}

Status EventWriter::set_flattened(std::string_view prefix, std::string_view json) {
  Tokens tokens;
  const bool is_scanned = thread_tokenizer().scan(json, tokens);
  const ValueCheck check = is_scanned ? check_value(tokens, 0) : ValueCheck{};
  if (!check.is_json || check.next_token != tokens.count) return reject("not a JSON text");
  TT_CHECK(check_tree_limits(check, limits_));
  if (!is_utf8(prefix)) return reject("the prefix is not UTF-8");
  ValueTree tree;
  tree.build(tokens, 0);
  Flattener(*this, json).add(tree, prefix);
  thread_tokenizer().shrink();
  if (is_too_large_) return reject("the flattened form is larger than the limits allow");
  return {};
}

void EventWriter::set_all(const EventView& event) {
  for (const Field& field : event.fields) {
    const std::string key = field.name_is_escaped ? event.name(field) : std::string();
    const auto name = event.raw_name(field);
    set(field.name_is_escaped ? std::string_view(key) : name, name, event.raw_value(field),
        field.type, Problem::kNone);
  }
}

void EventWriter::drop(Pending& field) {
  field.is_set = false;
  if (field.is_named) named_[static_cast<std::size_t>(named_index(key_of(field)))] = kNobody;
}

void EventWriter::unset(std::string_view name) {
  const Pending* found = find(name);
  if (found) drop(pending_[static_cast<std::size_t>(found - pending_.data())]);
}

void EventWriter::unset_prefix(std::string_view prefix) {
  for (Pending& field : pending_) {
    if (field.is_set && key_of(field).starts_with(prefix)) drop(field);
  }
}

bool EventWriter::has(std::string_view name) const { return find(name) != nullptr; }

}  // namespace tt::event
