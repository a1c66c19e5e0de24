// Diagnostic: what is wrong with an expression, where, and what to write instead.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tt::cel {

enum class Severity : unsigned char { kError, kWarning };

/// Positions are bytes of the expression's text; line and column count from 1, the column in code
/// points.
struct Diagnostic {
  Severity severity = Severity::kError;
  /// Stable: `syntax`, `unknown-name`, `unknown-function`, `unknown-field`, `no-overload`, `type`,
  /// `regex`, `argument`, `macro`, `limit`, `severity-order`, `absent-field`, `result-type`.
  std::string code;
  std::string text;  ///< Lower case, no full stop: what was found, what was expected.
  int begin = 0;
  int length = 0;
  int line = 1;
  int column = 1;
  std::string hint;  ///< `did you mean 'event.severity'?`, the safe form; may be empty.
};

/// Fills line and column from begin.
void locate(std::string_view expression, Diagnostic& diagnostic);
/// `1:7: error: text (hint)`, the line of the expression, and a caret under the place.
std::string render(std::string_view expression, const Diagnostic& diagnostic);
bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace tt::cel
