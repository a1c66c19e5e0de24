// Lookup and unescaping of fields.
// SPDX-License-Identifier: Apache-2.0
#include "event/event.h"

#include "base/short_text.h"
#include "event/batch_access.h"
#include "event/json_text.h"

namespace tt::event {

const Field* EventView::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name_is_escaped) {
      if (unescape(raw_name(field)) == name) return &field;
    } else if (same_text({json.data() + field.name_begin, field.name_bytes}, name)) {
      return &field;
    }
  }
  return nullptr;
}

std::string EventView::name(const Field& f) const {
  return f.name_is_escaped ? unescape(raw_name(f)) : std::string(raw_name(f));
}

std::string EventView::text(const Field& f) const {
  const auto inside = json.substr(f.value_begin, f.value_bytes);
  return f.value_is_escaped ? unescape(inside) : std::string(inside);
}

std::string EventView::text(std::string_view name) const {
  const Field* field = find(name);
  return field && field->type == FieldType::kString ? text(*field) : std::string();
}

void EventBatch::append(const EventView& event) {
  const std::size_t text_begin = text_.size();
  const std::size_t field_begin = fields_.size();
  text_.append(event.json);
  fields_.insert(fields_.end(), event.fields.begin(), event.fields.end());
  BatchAccess::close(*this, text_begin, field_begin);
}

void EventBatch::truncate(std::size_t count) {
  if (count >= events_.size()) return;
  text_.resize(events_[count].text_begin);
  fields_.resize(events_[count].field_begin);
  events_.resize(count);
}

EventBatch EventBatch::split(std::size_t count) {
  EventBatch rest;
  for (std::size_t i = count; i < size(); ++i) rest.append((*this)[i]);
  truncate(count);
  return rest;
}

}  // namespace tt::event
