// Where: one CEL condition over stored events, for searches and replays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cel/program.h"
#include "template/event_scope.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// Over `event` and `meta`, as in rules, without the `let` names of a configuration. An error in it
/// means "no match". Not thread safe.
class Where {
 public:
  /// kReject with the column and a hint.
  static Result<std::unique_ptr<Where>> compile(std::string_view text);
  bool matches(const tunnel::StoredEvent& event, std::string_view id);
  /// A sentence on each field of the condition that has no meaning of its own and that none of the
  /// events so far had: misspelt, it would find nothing without a word.
  std::vector<std::string> warnings() const;

 private:
  void look_for_fields(const event::EventView& event);

  tmpl::EventEnvironment environment_;
  std::shared_ptr<const cel::Program> program_;
  std::unique_ptr<tmpl::EventScope> scope_;
  std::vector<std::string> unseen_;  // Fields of the condition.
  bool has_looked_ = false;
};

}  // namespace tt::pipeline
