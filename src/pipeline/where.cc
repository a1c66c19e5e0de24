// Compiles the condition once and binds its scope to one event after the other.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/where.h"

#include <string>

namespace tt::pipeline {

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
  return made;
}

bool Where::matches(const tunnel::StoredEvent& event, std::string_view id) {
  scope_->rebind(event.event, {id, event.meta.seq, event.meta.received_ns, event.meta.entry});
  return program_->matches(*scope_);
}

}  // namespace tt::pipeline
