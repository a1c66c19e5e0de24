// EventWriter::finish: the rules that make an event valid, and its canonical text.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "event/batch_access.h"
#include "event/json_text.h"
#include "event/named.h"
#include "event/time_text.h"
#include "event/writer.h"

namespace tt::event {
namespace {

constexpr std::size_t kShownBytesMax = 60;
constexpr std::string_view kKindUnknown = "\"unknown\"";

std::string shown(std::string_view text) {
  std::string out = "\"";
  out += clip_bytes(text, kShownBytesMax);
  return out += text.size() > kShownBytesMax ? "...\"" : "\"";
}

bool is_escaped(std::string_view json) { return json.find('\\') != json.npos; }

// Writes one field behind the last one of the event that begins at `text_begin`.
void put_field(EventBatch& batch, std::size_t text_begin, std::string_view name,
               std::string_view value, FieldType type) {
  std::string& text = BatchAccess::text(batch);
  text += text.size() == text_begin ? "{\"" : ",\"";
  const std::size_t quote = type == FieldType::kString ? 1 : 0;
  Field field;
  field.name_begin = static_cast<std::uint32_t>(text.size() - text_begin);
  field.name_bytes = static_cast<std::uint16_t>(name.size());
  text += name;
  text += "\":";
  field.value_begin = static_cast<std::uint32_t>(text.size() - text_begin + quote);
  field.value_bytes = static_cast<std::uint32_t>(value.size() - 2 * quote);
  text += value;
  field.type = type;
  field.name_is_escaped = is_escaped(name);
  field.value_is_escaped = type == FieldType::kString && is_escaped(value);
  BatchAccess::fields(batch).push_back(field);
}

}  // namespace

bool EventWriter::is_left_out(const Pending& field) {
  return !field.is_set ||
         (field.is_named && field.type == FieldType::kNull && field.problem == Problem::kNone);
}

const EventWriter::Pending* EventWriter::named(int index) const {
  const std::uint32_t position = named_[static_cast<std::size_t>(index)];
  return position == kNobody || is_left_out(pending_[position]) ? nullptr : &pending_[position];
}

Status EventWriter::check_named(int index) const {
  const Pending* field = named(index);
  if (!field && index == kMessage) return reject("message is missing; every event needs one");
  if (!field) return {};
  if (field->type != FieldType::kString) {
    std::string text(key_of(*field));
    return reject(text.append(" must be a string, not ").append(describe(field->type)));
  }
  if (index == kMessage && field->value_bytes == 2) {
    return reject("message is empty; every event needs one");
  }
  if (index == kTimestamp) {
    const auto quoted = text_at(field->value_begin, field->value_bytes);
    const std::string value = unescape(quoted.substr(1, quoted.size() - 2));
    if (!parse_time(value)) {
      return reject("timestamp " + shown(value) +
                    " is not a time; write it as in 2026-01-31T12:00:00Z");
    }
  }
  return {};
}

Status EventWriter::check(std::size_t& text_bytes, std::size_t& field_count) const {
  text_bytes = 2;
  field_count = 0;
  for (const Pending& field : pending_) {
    if (is_left_out(field)) continue;
    const auto name = text_at(field.name_begin, field.name_bytes);
    if (field.problem == Problem::kNotUtf8) {
      return reject("field " + shown(to_utf8(key_of(field))) + " is not UTF-8");
    }
    if (field.problem == Problem::kNotJson) {
      return reject("field " + shown(to_utf8(key_of(field))) +
                    " is not JSON of a scalar or of an array of scalars");
    }
    if (name.size() > kNameBytesMax) {
      return reject("a field name has " + std::to_string(name.size()) + " bytes; the limit is " +
                    std::to_string(kNameBytesMax));
    }
    text_bytes += field.name_bytes + field.value_bytes + 4;
    ++field_count;
  }
  for (int index = 0; index < static_cast<int>(kNamedFields.size()); ++index) {
    TT_CHECK(check_named(index));
  }
  return {};
}

Status EventWriter::finish(WallNs now_ns) {
  std::size_t text_bytes = 0;
  std::size_t field_count = 0;
  Status checked = check(text_bytes, field_count);
  const bool needs_time = !named(kTimestamp);
  const bool needs_kind = !named(kKind);
  if (needs_time) {
    text_bytes += std::strlen("\"timestamp\":\"2026-01-31T12:00:00.123456Z\",");
    ++field_count;
  }
  if (needs_kind) {
    text_bytes += std::strlen("\"kind\":\"unknown\",");
    ++field_count;
  }
  // Size first: a writer that was full does not know all fields.
  const std::size_t comma = 1;
  if (is_too_large_ || text_bytes - comma > limits_.event_bytes_max) {
    return reject("larger than the limit of " + std::to_string(limits_.event_bytes_max) +
                  " bytes an event");
  }
  TT_CHECK(std::move(checked));
  if (field_count > limits_.fields_max) {
    return reject(std::to_string(field_count) + " fields; the limit is " +
                  std::to_string(limits_.fields_max) + " an event");
  }

  const std::size_t text_begin = batch_.text_bytes();
  const std::size_t field_begin = BatchAccess::fields(batch_).size();
  for (const Pending& field : pending_) {
    if (is_left_out(field)) continue;
    put_field(batch_, text_begin, text_at(field.name_begin, field.name_bytes),
              text_at(field.value_begin, field.value_bytes), field.type);
  }
  if (needs_time) {
    put_field(batch_, text_begin, "timestamp", thread_time_text().quoted(now_ns),
              FieldType::kString);
  }
  if (needs_kind) put_field(batch_, text_begin, "kind", kKindUnknown, FieldType::kString);
  BatchAccess::text(batch_) += '}';
  BatchAccess::close(batch_, text_begin, field_begin);
  return {};
}

}  // namespace tt::event
