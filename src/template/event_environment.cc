// Declares what CEL may ask of an event and its meta.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "template/event_scope.h"

namespace tt::tmpl {
namespace {

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class EventSchema final : public cel::RecordSchema {
 public:
  std::optional<cel::RecordField> field(std::string_view name) const override {
    if (name == "timestamp") return cel::RecordField{cel::Type::timestamp()};
    if (holds(event::kNamedFields, name) || holds(event::kWellKnownFields, name))
      return cel::RecordField{cel::Type::string(), true, name == "severity"};
    return cel::RecordField{cel::Type::dyn()};
  }
  std::vector<std::string_view> known_names() const override {
    std::vector<std::string_view> names(event::kNamedFields.begin(), event::kNamedFields.end());
    names.insert(names.end(), event::kWellKnownFields.begin(), event::kWellKnownFields.end());
    return names;
  }
};

class MetaSchema final : public cel::RecordSchema {
 public:
  std::optional<cel::RecordField> field(std::string_view name) const override {
    if (name == "id" || name == "entry") return cel::RecordField{cel::Type::string()};
    if (name == "seq") return cel::RecordField{cel::Type::int64()};
    if (name == "received") return cel::RecordField{cel::Type::timestamp()};
    return std::nullopt;
  }
  std::vector<std::string_view> known_names() const override {
    return {"id", "seq", "received", "entry"};
  }
};

}  // namespace

EventEnvironment::EventEnvironment()
    : event_layout_(std::make_shared<cel::RecordLayout>()),
      meta_layout_(std::make_shared<cel::RecordLayout>()) {
  const int event =
      environment_.add_record("event", std::make_shared<EventSchema>(), event_layout_);
  const int meta = environment_.add_record("meta", std::make_shared<MetaSchema>(), meta_layout_);
  TT_ASSERT(event == kEventRecord && meta == kMetaRecord);
  cel::add_tunnel_functions(environment_);
}

EventEnvironment& shared_event_environment() {
  static EventEnvironment environment;
  return environment;
}

const cel::Environment& event_environment() { return shared_event_environment().environment(); }

}  // namespace tt::tmpl
