// Where: one CEL condition over stored events, for searches and replays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

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

 private:
  tmpl::EventEnvironment environment_;
  std::shared_ptr<const cel::Program> program_;
  std::unique_ptr<tmpl::EventScope> scope_;
};

}  // namespace tt::pipeline
