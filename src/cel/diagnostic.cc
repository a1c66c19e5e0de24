// Lines, columns and carets for diagnostics.
// SPDX-License-Identifier: Apache-2.0
#include "cel/diagnostic.h"

#include <algorithm>

#include "base/utf8.h"

namespace tt::cel {

void locate(std::string_view expression, Diagnostic& diagnostic) {
  const std::size_t end =
      std::min(expression.size(), static_cast<std::size_t>(std::max(diagnostic.begin, 0)));
  const std::string_view before = expression.substr(0, end);
  diagnostic.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0.
  diagnostic.column = 1 + static_cast<int>(count_runes(before.substr(line_begin)));
}

std::string render(std::string_view expression, const Diagnostic& diagnostic) {
  std::string text = std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  text += diagnostic.severity == Severity::kError ? ": error: " : ": warning: ";
  text += diagnostic.text;
  if (!diagnostic.hint.empty()) text += " (" + diagnostic.hint + ")";
  const std::size_t at =
      std::min(expression.size(), static_cast<std::size_t>(std::max(diagnostic.begin, 0)));
  const std::size_t begin = expression.substr(0, at).rfind('\n') + 1;
  const std::string_view line = expression.substr(begin, expression.find('\n', begin) - begin);
  text += "\n  " + std::string(line) + "\n  ";
  for (std::size_t i = 0; i < count_runes(expression.substr(begin, at - begin)); ++i) text += ' ';
  const std::size_t room = line.size() - std::min(line.size(), at - begin);
  const std::size_t carets = std::clamp<std::size_t>(static_cast<std::size_t>(diagnostic.length), 1,
                                                     std::max<std::size_t>(room, 1));
  return text + std::string(carets, '^');
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

}  // namespace tt::cel
