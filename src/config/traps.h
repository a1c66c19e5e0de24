// YAML traps: places where YAML reads something else than what was plainly meant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/node.h"

namespace tt::config {

/// What the value is going to be; CEL and templates are stricter than plain text.
enum class TrapTarget : std::uint8_t { kText, kTemplate, kCel };

/// Looks at how a value that should be text was written: tags, anchors, aliases, comments that cut
/// it, `{{` read as a map, words that other YAML readers take for booleans or numbers. Reports with
/// the line quoted right; false when the value must not be used.
bool check_traps(const Node& node, TrapTarget target, const Files& files, Diagnostics& diagnostics);

/// When `node` is a map that `{{ x }}` made, or null because of `#x`: reports it and gives true.
bool report_hole_or_comment(const Node& node, const Files& files, Diagnostics& diagnostics);

/// `text` as one YAML scalar that every reader takes as that text: single quotes where they do.
std::string quoted(std::string_view text);

/// Replaces the parser's message for a syntax error at `mark` by the trap that explains it, if one
/// does; `last` is the last value that was read, `flow` where the brackets begin that it stands in.
/// Gives true when it reported.
bool report_syntax_trap(const Mark& mark, const Mark& last, const Mark& flow, const Files& files,
                        Diagnostics& diagnostics);

}  // namespace tt::config
