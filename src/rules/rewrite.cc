// Rewrite: checks names once, then writes fields so that the result is always a canonical event.
// SPDX-License-Identifier: Apache-2.0
#include "rules/rewrite.h"

#include <algorithm>

#include "base/units.h"
#include "cel/value.h"

namespace tt::rules {
namespace {

bool is_named(std::string_view name) {
  const auto& names = event::kNamedFields;
  return std::find(names.begin(), names.end(), name) != names.end();
}

void note(tmpl::HoleFailures& failures, std::string_view field, std::string_view what) {
  if (failures.count++ == 0) failures.first = std::string(field) + ": " + std::string(what);
}

}  // namespace

Rewrite::Rewrite(const RewriteConfig& config,
                 std::shared_ptr<const tmpl::EventEnvironment> environment,
                 config::ParseContext& context)
    : environment_(std::move(environment)) {
  for (const auto& [pattern, mark] : config.unset) {
    const std::size_t star = pattern.find('*');
    if (pattern == "message") {
      context.diagnostics.error("bad-value", mark, "`message` cannot be removed",
                                "every event has a message; `set` can replace it");
    } else if (star == std::string::npos && !pattern.empty()) {
      unset_.push_back(pattern);
    } else if (star != std::string::npos && star + 1 == pattern.size() && pattern.size() > 2 &&
               pattern[star - 1] == '.') {
      unset_prefixes_.push_back(pattern.substr(0, star));
    } else {
      context.diagnostics.error("bad-value", mark, "`" + pattern + "` is no name and no `prefix.*`",
                                "write a field's name, or `raw.*` for all fields below `raw`");
    }
  }
  for (const auto& [name, value] : config.set) {
    Assignment& a = set_.emplace_back();
    a.name = name;
    a.target = name == "message"     ? Target::kMessage
               : name == "timestamp" ? Target::kTimestamp
               : is_named(name)      ? Target::kText
                                     : Target::kAny;
    a.value = value;
    if (value.is_constant()) a.constant_json = value.render(cel::EmptyScope());
  }
}

std::string Rewrite::as_written() const {
  std::string text;
  for (const std::string& name : unset_) text += "unset " + name + "\n";
  for (const std::string& prefix : unset_prefixes_) text += "unset " + prefix + "*\n";
  for (const Assignment& a : set_) text += "set " + a.name + ": " + a.value.as_written() + "\n";
  return text;
}

std::size_t Rewrite::apply(const tmpl::EventScope& scope, event::EventWriter& writer,
                           tmpl::HoleFailures* failures, std::vector<FieldFailure>* fields) const {
  for (const std::string& name : unset_) writer.unset(name);
  for (const std::string& prefix : unset_prefixes_) writer.unset_prefix(prefix);
  tmpl::HoleFailures own;
  for (const Assignment& assignment : set_) {
    tmpl::HoleFailures of_field;
    assign(assignment, scope, writer, of_field);
    if (of_field.count == 0) continue;
    if (fields != nullptr) fields->push_back({assignment.name, of_field.first});
    if (own.count == 0) own.first = std::move(of_field.first);
    own.count += of_field.count;
  }
  if (failures != nullptr) {
    if (failures->count == 0) failures->first = own.first;
    failures->count += own.count;
  }
  return own.count;
}

std::size_t Rewrite::apply(const event::EventView& event, const tmpl::MetaView& meta,
                           event::EventWriter& writer, tmpl::HoleFailures* failures) const {
  if (empty()) return 0;
  const tmpl::EventScope scope(*environment_, event, meta);
  return apply(scope, writer, failures);
}

void Rewrite::assign(const Assignment& assignment, const tmpl::EventScope& scope,
                     event::EventWriter& writer, tmpl::HoleFailures& failures) const {
  const tmpl::Template* text = assignment.value.as_template();
  if (text != nullptr && (assignment.target != Target::kAny || !text->is_single_hole())) {
    // A named field is a text whatever the hole gives; null there means that it is missing.
    bool is_null = false;
    std::string rendered;
    if (text->is_single_hole()) {
      const cel::Value value = text->render_value(scope, &failures);
      is_null = value.is_null();
      rendered = tmpl::hole_text(value);
    } else {
      rendered = text->render(scope, {.failures = &failures});
    }
    assign_text(assignment, rendered, is_null, scope.event(), writer, failures);
    return;
  }
  const std::string json = assignment.constant_json.empty()
                               ? assignment.value.render(scope, &failures)
                               : assignment.constant_json;
  if (assignment.target != Target::kAny) {
    // A literal number, bool, null, list or map where a text has to stand.
    const bool is_null = json == "null";
    assign_text(assignment, is_null ? "" : json, is_null, scope.event(), writer, failures);
  } else if (json.starts_with('{') || json.starts_with('[')) {
    if (Status done = writer.set_flattened(assignment.name, json); !done) {
      note(failures, assignment.name, done.error().text);
    }
  } else {
    writer.set_raw(assignment.name, json);
  }
}

void Rewrite::assign_text(const Assignment& assignment, std::string_view text, bool is_null,
                          const event::EventView& event, event::EventWriter& writer,
                          tmpl::HoleFailures& failures) {
  if (assignment.target == Target::kMessage && text.empty()) {
    note(failures, "message", "would be empty, stays as it was");
    writer.set_text("message", event.text("message"));
  } else if (assignment.target == Target::kTimestamp && !parse_time(text)) {
    note(failures, "timestamp", "would be no time, stays as it was");
    if (event.find("timestamp") != nullptr) writer.set_text("timestamp", event.text("timestamp"));
  } else if (is_null && assignment.target == Target::kText) {
    writer.unset(assignment.name);
  } else {
    writer.set_text(assignment.name, text);
  }
}

std::shared_ptr<const Rewrite> parse_rewrite(
    const config::Node& map, std::shared_ptr<const tmpl::EventEnvironment> environment,
    config::ParseContext& context) {
  RewriteConfig config;
  bool is_given = false;
  bool is_read = true;
  for (const config::FieldInfo& info : config::fields_of<RewriteConfig>()) {
    const config::Node* node = map.find(info.name);
    if (node == nullptr) continue;
    is_given = true;
    void* member = reinterpret_cast<char*>(&config) + info.position;
    is_read = config::parse_value(*node, info.type(), member, context) && is_read;
  }
  if (!is_given || !is_read) return nullptr;
  auto made = std::make_shared<const Rewrite>(config, std::move(environment), context);
  return made->empty() ? nullptr : made;
}

}  // namespace tt::rules
