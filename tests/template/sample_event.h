// One event and everything that rendering it needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "event/decode.h"
#include "template/event_scope.h"
#include "template/json_template.h"
#include "template/template.h"

namespace tt::tmpl::sample {

struct Bound {
  EventEnvironment environment;
  event::Decoded decoded;
  std::unique_ptr<EventScope> scope;

  explicit Bound(const std::string& json) {
    decoded = event::decode_events(json, event::BodyFormat::kJson, {}, 0);
    EXPECT_EQ(decoded.events.size(), 1u) << json;
    scope = std::make_unique<EventScope>(environment);
    if (!decoded.events.empty())
      scope->rebind(decoded.events[0], {"log-7", 7, 1'767'225'600 * kNsPerSec, "gitlab"});
  }
  /// JSON text of the value, or "error: ...". The same over a scope that knows the program's fields
  /// and over `scope`, which was made before; and the program's test() says so too.
  std::string eval(const std::string& expression) {
    const cel::Compiled compiled = cel::compile(expression, environment.environment());
    if (!compiled.ok()) return "does not compile: " + compiled.diagnostics[0].text;
    const EventScope fresh(environment, scope->event(), scope->meta());
    for (int twice = 0; twice < 2; ++twice) {
      const cel::Value value = compiled.program->evaluate(fresh);
      EXPECT_EQ(text_of(value), text_of(compiled.program->evaluate(*scope))) << expression;
      EXPECT_EQ(compiled.program->matches(fresh), value.is_true()) << expression;
    }
    return text_of(compiled.program->evaluate(fresh));
  }
  static std::string text_of(const cel::Value& value) {
    if (value.is_error()) return "error: " + std::string(value.error_text());
    return cel::to_json_text(value);
  }
  Template parse(const std::string& text) {
    std::vector<TemplateError> errors;
    Template made = Template::parse(text, environment.environment(), errors);
    EXPECT_TRUE(errors.empty()) << text << ": " << (errors.empty() ? "" : errors[0].text);
    return made;
  }
  std::string render(const std::string& text, const RenderOptions& options = {}) {
    return parse(text).render(*scope, options);
  }
};

}  // namespace tt::tmpl::sample
