// Flattens a tree of JSON values into the fields of an EventWriter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "event/json_value.h"
#include "event/writer.h"

namespace tt::event {

/// Depth that a tree may have whatever the limits say: building one recurses.
constexpr std::size_t kTreeDepthMax = 512;

/// Refuses what a tree must not be built of; `check` is of that value. kReject.
Status check_tree_limits(const ValueCheck& check, const Limits& limits);

class Flattener {
 public:
  Flattener(EventWriter& writer, std::string_view text) : writer_(writer), text_(text) {}
  /// Fields of `tree` under `prefix`, or without one; a scalar without prefix has the empty name.
  void add(const ValueTree& tree, std::string_view prefix);

 private:
  void add_value(const ValueTree& tree, const Node& node);
  void enter(std::string_view key, std::string_view name);

  EventWriter& writer_;
  std::string_view text_;
  std::string key_;   // The path so far, as text,
  std::string name_;  // and as JSON spells it.
  bool is_top_ = true;
};

}  // namespace tt::event
