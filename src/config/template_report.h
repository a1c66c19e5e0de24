// Parses templates that stand in the configuration and reports mistakes where they were written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "config/parse.h"
#include "template/template.h"

namespace tt::config {

/// Parses `text`, which starts at byte `begin` of the scalar's text; nothing after errors.
std::optional<tmpl::Template> parse_template(const Node& scalar, std::size_t begin,
                                             std::string_view text, ParseContext& context);

/// Adds one mistake of a template that starts at byte `begin` of the scalar's text.
void report_template(const tmpl::TemplateError& error, const Node& scalar, std::size_t begin,
                     ParseContext& context);

}  // namespace tt::config
