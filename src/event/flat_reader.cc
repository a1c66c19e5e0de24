// One pass over the tokens of a flat event: grammar, index, and a single copy of its text when the
// sender put no white space into it.
// SPDX-License-Identifier: Apache-2.0
#include "event/flat_reader.h"

#include <cstring>

#include "base/units.h"
#include "event/batch_access.h"

namespace tt::event {
namespace {

enum NamedBit : unsigned { kTimestampBit = 1, kKindBit = 2, kMessageBit = 4, kOtherBit = 8 };

// The bit of a named field, 0 for any other name.
unsigned named_bit(std::string_view name) {
  switch (name.size()) {
    case 4:
      return name == "kind" ? kKindBit : 0u;
    case 6:
      return name == "source" ? kOtherBit : 0u;
    case 7:
      return name == "message" ? kMessageBit : 0u;
    case 8:
      return name == "severity" || name == "ack_link" ? kOtherBit : 0u;
    case 9:
      return name == "timestamp" ? kTimestampBit : name == "view_link" ? kOtherBit : 0u;
    default:
      return 0;
  }
}

// Only has to differ often: equality is checked, and a chain that grows long means the slow path.
std::size_t cheap_hash(std::string_view name) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (name.size() >= 8) {
    std::memcpy(&head, name.data(), 8);
    std::memcpy(&tail, name.data() + name.size() - 8, 8);
  } else if (name.size() >= 4) {
    std::memcpy(&head, name.data(), 4);
    std::memcpy(&tail, name.data() + name.size() - 4, 4);
  } else {
    for (const char c : name) head = head << 8 | static_cast<unsigned char>(c);
  }
  const std::uint64_t mixed =
      (head ^ (tail << 23 | tail >> 41) ^ name.size()) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(mixed >> 40);
}

}  // namespace

FlatReader::FlatReader(EventBatch& batch, const Limits& limits, WallNs now_ns)
    : batch_(batch), limits_(limits), now_ns_(now_ns) {}

void FlatReader::start(const Tokens& tokens) {
  tokens_ = tokens;
  next_backslash_ = 0;
}

std::size_t FlatReader::read(std::size_t i) {
  auto& fields = BatchAccess::fields(batch_);
  const std::size_t field_begin = fields.size();
  field_begin_ = field_begin;
  origin_ = tokens_.begins[i];
  is_compact_ = true;
  seen_ = 0;
  ++event_number_;
  const std::size_t next = read_fields(i + 1, field_begin);
  // Missing fields may yet come to both limits; the slow path decides close to them.
  constexpr std::size_t kAddedBytes = 64;
  constexpr std::size_t kAddedFields = 2;
  if (next == kNone || !(seen_ & kMessageBit) ||
      tokens_.begins[next - 1] - origin_ + kAddedBytes > limits_.event_bytes_max ||
      fields.size() - field_begin + kAddedFields > limits_.fields_max) {
    fields.resize(field_begin);
    return kNone;
  }
  write(origin_, tokens_.begins[next - 1] + 1, field_begin);
  return next;
}

// `i` is the token behind `{`. Each turn reads `"name" : value` and the comma or brace behind it.
std::size_t FlatReader::read_fields(std::size_t i, std::size_t field_begin) {
  auto& fields = BatchAccess::fields(batch_);
  const char* const text = tokens_.text.data();
  std::size_t expected = origin_ + 1;  // Where the next token begins when nothing lies between.
  while (true) {
    if (i + 3 >= tokens_.count || text[tokens_.begins[i]] != '"' ||
        text[tokens_.begins[i + 1]] != ':') {
      return kNone;
    }
    const std::size_t name_begin = tokens_.begins[i] + 1;
    const std::size_t name_end = tokens_.end(i) - 1;
    if (name_end - name_begin > kNameBytesMax || has_backslash(name_begin, name_end)) return kNone;
    Field field;
    field.name_begin = static_cast<std::uint32_t>(name_begin - origin_);
    field.name_bytes = static_cast<std::uint16_t>(name_end - name_begin);
    const std::size_t colon = tokens_.begins[i + 1];
    is_compact_ &= (name_begin - 1 == expected) & (colon == name_end + 1) &
                   (tokens_.begins[i + 2] == colon + 1);

    const std::size_t behind = read_value(i + 2, field);
    if (behind == kNone || behind >= tokens_.count) return kNone;
    const std::string_view name(text + name_begin, name_end - name_begin);
    const std::size_t index = fields.size() - field_begin;
    if (!note_name(name, field) || !is_new_name(name, index)) return kNone;
    fields.push_back(field);

    const char closing = text[tokens_.begins[behind]];
    expected = tokens_.begins[behind] + 1;
    i = behind + 1;
    if (closing == '}') return i;
    if (closing != ',') return kNone;
  }
}

// Returns the token behind the value.
std::size_t FlatReader::read_value(std::size_t i, Field& field) {
  const std::size_t begin = tokens_.begins[i];
  std::size_t next = i + 1;
  std::size_t quote = 0;
  const char first = tokens_.text.data()[begin];
  if (first == '"') {
    field.type = FieldType::kString;
    quote = 1;
  } else if (first == '[') {
    field.type = FieldType::kArray;
    next = read_array(next);
    if (next == kNone) return kNone;
  } else if (first == '{') {
    field.type = FieldType::kObject;
    if (tokens_.first(next) != '}') return kNone;
    is_compact_ &= tokens_.begins[next] == begin + 1;
    ++next;
  } else {
    const auto type = type_of_word(tokens_.token(i));
    if (!type) return kNone;
    field.type = *type;
  }
  const std::size_t end = tokens_.end(next - 1);
  is_compact_ &= tokens_.begins[next] == end;
  field.value_begin = static_cast<std::uint32_t>(begin + quote - origin_);
  field.value_bytes = static_cast<std::uint32_t>(end - begin - 2 * quote);
  if (quote && has_backslash(begin + 1, end - 1)) {
    if (check_escapes({tokens_.text.data() + begin + 1, end - begin - 2}) != Escapes::kGood) {
      return kNone;
    }
    field.value_is_escaped = true;
  }
  return next;
}

// `i` is the token behind `[`; only scalars may follow. Returns the token behind `]`.
std::size_t FlatReader::read_array(std::size_t i) {
  is_compact_ &= tokens_.begins[i] == tokens_.begins[i - 1] + 1;
  if (tokens_.first(i) == ']') return i + 1;
  while (i + 1 < tokens_.count) {
    const auto item = tokens_.token(i);
    if (item.front() == '"') {
      const auto inside = item.substr(1, item.size() - 2);
      if (check_escapes(inside) != Escapes::kGood) return kNone;
    } else if (!type_of_word(item)) {
      return kNone;
    }
    const std::size_t behind = tokens_.begins[i + 1];
    is_compact_ &= behind == tokens_.begins[i] + item.size();
    const char closing = tokens_.first(i + 1);
    i += 2;
    if (closing == ']') return i;
    if (closing != ',' || i >= tokens_.count) return kNone;
    is_compact_ &= tokens_.begins[i] == behind + 1;
  }
  return kNone;
}

// False when a named field is not what an event may have, or needs more than copying.
bool FlatReader::note_name(std::string_view name, const Field& field) {
  const unsigned bit = named_bit(name);
  if (bit == 0) return true;
  seen_ |= bit;
  if (field.type != FieldType::kString) return false;
  if (bit == kMessageBit) return field.value_bytes > 0;
  if (bit != kTimestampBit) return true;
  return !field.value_is_escaped &&
         parse_time({tokens_.text.data() + origin_ + field.value_begin, field.value_bytes});
}

bool FlatReader::is_new_name(std::string_view name, std::size_t index) {
  constexpr std::size_t kProbesMax = 8;
  if (index >= kFieldsMax) return false;
  const auto& fields = BatchAccess::fields(batch_);
  const std::size_t hash = cheap_hash(name);
  for (std::size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_[(hash + probe) % kSlots];
    if (slot.event != event_number_) {
      slot = {event_number_, static_cast<std::uint32_t>(index)};
      return true;
    }
    const Field& other = fields[field_begin_ + slot.field];
    if (other.name_bytes == name.size() &&
        std::memcmp(tokens_.text.data() + origin_ + other.name_begin, name.data(), name.size()) ==
            0) {
      return false;
    }
  }
  return false;
}

// One search through the whole text serves all its strings: most have no backslash.
bool FlatReader::has_backslash(std::size_t begin, std::size_t end) {
  if (next_backslash_ < begin) {
    const char* const data = tokens_.text.data();
    const void* const found = std::memchr(data + begin, '\\', tokens_.text.size() - begin);
    next_backslash_ = found ? static_cast<std::size_t>(static_cast<const char*>(found) - data)
                            : tokens_.text.size();
  }
  return next_backslash_ < end;
}

void FlatReader::write(std::size_t begin, std::size_t end, std::size_t field_begin) {
  std::string& text = BatchAccess::text(batch_);
  const std::size_t text_begin = text.size();
  if (is_compact_) {
    text.append(tokens_.text.data() + begin, end - begin);
  } else {
    write_compact(begin, text_begin, field_begin);
  }
  add_missing(text_begin);
  BatchAccess::close(batch_, text_begin, field_begin);
}

void FlatReader::write_compact(std::size_t begin, std::size_t text_begin, std::size_t field_begin) {
  std::string& text = BatchAccess::text(batch_);
  auto& fields = BatchAccess::fields(batch_);
  const auto position = [&] { return static_cast<std::uint32_t>(text.size() - text_begin); };
  text += '{';
  for (std::size_t i = field_begin; i < fields.size(); ++i) {
    Field& field = fields[i];
    const std::uint32_t quote = field.type == FieldType::kString ? 1 : 0;
    const char* const name = tokens_.text.data() + begin + field.name_begin - 1;
    const char* const value = tokens_.text.data() + begin + field.value_begin - quote;
    field.name_begin = position() + 1;
    text.append(name, field.name_bytes + 2u) += ':';
    field.value_begin = position() + quote;
    if (field.type == FieldType::kArray || field.type == FieldType::kObject) {
      append_compact(text, {value, field.value_bytes});
      field.value_bytes = position() - field.value_begin;
    } else {
      text.append(value, field.value_bytes + 2 * quote);
    }
    text += ',';
  }
  text.back() = '}';
}

void FlatReader::add_missing(std::size_t text_begin) {
  constexpr unsigned kBoth = kTimestampBit | kKindBit;
  if ((seen_ & kBoth) == kBoth) return;
  std::string& text = BatchAccess::text(batch_);
  const auto add = [&](std::string_view name, std::string_view value) {
    text.back() = ',';
    Field field;
    field.type = FieldType::kString;
    field.name_begin = static_cast<std::uint32_t>(text.size() - text_begin + 1);
    field.name_bytes = static_cast<std::uint16_t>(name.size());
    field.value_begin = static_cast<std::uint32_t>(field.name_begin + name.size() + 3);
    field.value_bytes = static_cast<std::uint32_t>(value.size());
    text.append("\"").append(name).append("\":\"").append(value).append("\"}");
    BatchAccess::fields(batch_).push_back(field);
  };
  if (!(seen_ & kTimestampBit)) add("timestamp", format_time_us(now_ns_));
  if (!(seen_ & kKindBit)) add("kind", "unknown");
}

}  // namespace tt::event
