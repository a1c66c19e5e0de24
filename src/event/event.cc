// Lookup and unescaping of fields.
// SPDX-License-Identifier: Apache-2.0
#include "event/event.h"

#include "event/batch_access.h"
#include "event/json_text.h"

namespace tt::event {

const Field* EventView::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name_is_escaped) {
      if (unescape(raw_name(field)) == name) return &field;
    } else if (field.name_bytes == name.size() && raw_name(field) == name) {
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

}  // namespace tt::event
