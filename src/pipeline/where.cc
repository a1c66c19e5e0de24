// Compiles the condition once and binds its scope to one event after the other.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/where.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace tt::pipeline {
namespace {

std::vector<std::string_view> fields_with_a_meaning() {
  std::vector<std::string_view> names(event::kNamedFields.begin(), event::kNamedFields.end());
  names.insert(names.end(), event::kWellKnownFields.begin(), event::kWellKnownFields.end());
  return names;
}

/// `builds` is there too where `builds.0.name` is.
bool has_field(const event::EventView& event, std::string_view name) {
  return std::any_of(event.fields.begin(), event.fields.end(), [&](const event::Field& field) {
    const std::string unescaped = field.name_is_escaped ? event.name(field) : std::string();
    const std::string_view is = field.name_is_escaped ? unescaped : event.raw_name(field);
    return is.starts_with(name) && (is.size() == name.size() || is[name.size()] == '.');
  });
}

}  // namespace

Result<std::unique_ptr<Where>> Where::compile(std::string_view text) {
  auto made = std::make_unique<Where>();
  const cel::Compiled compiled = cel::compile(text, made->environment_.environment());
  if (!compiled.program) {
    const cel::Diagnostic& first = compiled.diagnostics.front();
    return reject("where, column " + std::to_string(first.column) + ": " + first.text +
                  (first.hint.empty() ? "" : "; " + first.hint));
  }
  made->program_ = compiled.program;
  made->scope_ = std::make_unique<tmpl::EventScope>(made->environment_);
  const std::vector<std::string_view> known = fields_with_a_meaning();
  const cel::RecordLayout& layout = made->environment_.event_layout();
  for (int slot = 0; slot < layout.size(); ++slot)
    if (std::find(known.begin(), known.end(), layout.name_of(slot)) == known.end())
      made->unseen_.push_back(layout.name_of(slot));
  return made;
}

bool Where::matches(const tunnel::StoredEvent& event, std::string_view id) {
  if (!unseen_.empty()) look_for_fields(event.event);
  scope_->rebind(event.event, {id, event.meta.seq, event.meta.received_ns, event.meta.entry});
  return program_->matches(*scope_);
}

void Where::look_for_fields(const event::EventView& event) {
  has_looked_ = true;
  std::erase_if(unseen_, [&](const std::string& name) { return has_field(event, name); });
}

std::vector<std::string> Where::warnings() const {
  std::vector<std::string> all;
  if (!has_looked_) return all;
  const std::vector<std::string_view> known = fields_with_a_meaning();
  for (const std::string& name : unseen_) {
    const std::string_view near = did_you_mean(name, known);
    all.push_back("none of the events that were looked at has a field `" + name + "`" +
                  (near.empty() ? "" : "; did you mean `event." + std::string(near) + "`?"));
  }
  return all;
}

}  // namespace tt::pipeline
