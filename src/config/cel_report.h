// Compiles CEL that stands in the configuration and reports its mistakes where they were written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cel/program.h"
#include "config/parse.h"
#include "template/event_scope.h"

namespace tt::config {

/// Checks the scalar for YAML traps, compiles it; null after errors. `result` as in CompileOptions.
/// With a result wanted (a `when`), fields that may be absent are left to the checks of the rules,
/// which know what the rules around it ask for.
std::shared_ptr<const cel::Program> compile_scalar(const Node& scalar, ParseContext& context,
                                                   std::optional<cel::Type> result);

/// Adds one diagnostic of CEL; `begin` is where the expression starts in the scalar's text.
void report_cel(const cel::Diagnostic& found, const Node& scalar, std::size_t begin,
                ParseContext& context);

/// Compiles the members of a `let` map into `environment`, whatever their order; a cycle is the
/// error `let-cycle`. `context.environment` must be that of `environment`. Gives the names.
std::vector<std::string> add_lets(const Node& map, tmpl::EventEnvironment& environment,
                                  ParseContext& context);

}  // namespace tt::config
