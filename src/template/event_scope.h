// EventScope: binds one event and its meta to the names `event` and `meta` of CEL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cel/environment.h"
#include "cel/program.h"
#include "event/event.h"

namespace tt::tmpl {

/// What the tunnel keeps beside an event. Borrowed.
struct MetaView {
  std::string_view id;
  std::uint64_t seq = 0;
  WallNs received_ns = 0;
  std::string_view entry;
};

/// Record indexes in every EventEnvironment.
constexpr int kEventRecord = 0;
constexpr int kMetaRecord = 1;

/// The names of one configuration: `event`, `meta`, the tunnel's functions, and whatever `let`
/// adds. Compile everything of one generation against one of these on one thread; after that, any
/// number of EventScopes on any threads. Keep it as long as its scopes.
class EventEnvironment {
 public:
  EventEnvironment();
  cel::Environment& environment() { return environment_; }
  const cel::Environment& environment() const { return environment_; }
  const cel::RecordLayout& event_layout() const { return *event_layout_; }
  const cel::RecordLayout& meta_layout() const { return *meta_layout_; }

 private:
  std::shared_ptr<cel::RecordLayout> event_layout_, meta_layout_;
  cel::Environment environment_;
};

/// One for tests and one-shot tools on one thread; a daemon makes its own for every generation.
EventEnvironment& shared_event_environment();
const cel::Environment& event_environment();  ///< Of the shared one.

/// Reads fields of the bound event. Named and well-known fields are strings, `event.timestamp` is a
/// timestamp (an error value when it cannot be read); numbers are int when written without fraction
/// and exponent and fitting 64 bits, else double; arrays are lists; a flattened group
/// (`builds.0.name`) reads back as a list or map; `event` itself is a map of dotted names.
///
/// One scope per thread; rebind() per event. Values borrow from the event and the scope until the
/// next rebind(), and what was read or computed once is kept until then (see cel::Scope). After
/// warm-up nothing is allocated per event, except for groups and lists.
class EventScope final : public cel::Scope {
 public:
  /// Everything that will be evaluated should have been compiled against `environment` before: what
  /// comes later works, but keeps nothing.
  /// kShared: subexpressions that programs share are computed once an event, too; worth its memory
  /// where many programs are evaluated for every event.
  enum class Keep : unsigned char { kFields, kShared };
  explicit EventScope(const EventEnvironment& environment, Keep keep = Keep::kFields);
  EventScope(const EventEnvironment& environment, const event::EventView& event,
             const MetaView& meta);
  ~EventScope() override;
  EventScope(const EventScope&) = delete;
  EventScope& operator=(const EventScope&) = delete;

  /// `event` and what `meta` points to are borrowed until the next rebind().
  void rebind(const event::EventView& event, const MetaView& meta);
  const event::EventView& event() const { return event_; }
  const MetaView& meta() const { return meta_; }

  cel::Value field(int record, int slot) const override;
  cel::Value named_field(int record, std::string_view dotted_name) const override;
  cel::Value record(int record) const override;
  cel::Value variable(int) const override { return cel::Value::absent(); }

 private:
  struct State;
  cel::Value late_field(int record, int slot) const;

  event::EventView event_;
  MetaView meta_;
  std::unique_ptr<State> state_;
};

/// A field's value as CEL sees it; owns what it needs beyond the event's text.
cel::Value field_value(const event::EventView& event, const event::Field& field);

}  // namespace tt::tmpl
