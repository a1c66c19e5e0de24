// What the tests of the expression language share: a record like an event, and short cuts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cel/program.h"

namespace tt::cel::testing {

/// `event`: project, severity and kind read as "" when absent, timestamp is one, the rest is dyn.
class EventSchema final : public RecordSchema {
 public:
  std::optional<RecordField> field(std::string_view name) const override {
    if (name == "timestamp") return RecordField{Type::timestamp(), false, false};
    if (name == "severity") return RecordField{Type::string(), true, true};
    if (name == "project" || name == "kind") return RecordField{Type::string(), true, false};
    return RecordField{Type::dyn(), false, false};
  }
  std::vector<std::string_view> known_names() const override {
    return {"timestamp", "severity", "project", "kind"};
  }
};

/// `meta`: entry and seq, nothing else.
class MetaSchema final : public RecordSchema {
 public:
  std::optional<RecordField> field(std::string_view name) const override {
    if (name == "entry") return RecordField{Type::string(), true, false};
    if (name == "seq") return RecordField{Type::int64(), false, false};
    return std::nullopt;
  }
  std::vector<std::string_view> known_names() const override { return {"entry", "seq"}; }
};

struct World {
  std::shared_ptr<RecordLayout> event_layout = std::make_shared<RecordLayout>();
  std::shared_ptr<RecordLayout> meta_layout = std::make_shared<RecordLayout>();
  Environment environment;

  World() {
    environment.add_record("event", std::make_shared<EventSchema>(), event_layout);
    environment.add_record("meta", std::make_shared<MetaSchema>(), meta_layout);
    add_tunnel_functions(environment);
  }
};

class MapScope final : public Scope {
 public:
  explicit MapScope(const World& world) : world_(world) {}
  MapScope& set(std::string name, Value value) {
    fields_[std::move(name)] = std::move(value);
    return *this;
  }
  Value field(int record, int slot) const override {
    const auto& layout = record == 0 ? *world_.event_layout : *world_.meta_layout;
    const auto found = fields_.find(layout.name_of(slot));
    return found == fields_.end() ? Value::absent() : found->second;
  }
  Value record(int) const override {
    Map map;
    for (const auto& [name, value] : fields_) map.insert(Value::string(name), value);
    return Value::map(std::move(map));
  }
  Value variable(int) const override { return Value::absent(); }

 private:
  const World& world_;
  std::map<std::string, Value> fields_;
};

}  // namespace tt::cel::testing
