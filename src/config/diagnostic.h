// Diagnostics: what is wrong with a configuration, collected as data, printed with snippet and
// caret.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/codes.h"
#include "config/files.h"

namespace tt::config {

enum class Severity : std::uint8_t { kError, kWarning, kNote };

/// Text is lower case without a full stop and says what was seen; hint says what to write instead
/// (printed after `help: `, may hold several lines). Neither holds a secret.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string_view code;  ///< One of kCodeNames.
  std::string text;
  std::string hint;
  Mark mark;
  /// A second place that explains the first ("first defined here").
  std::string related_text;
  Mark related;
};

/// Collects; everything that can be said about a file is said in one run. Not thread safe.
class Diagnostics {
 public:
  Diagnostic& error(CodeName code, const Mark& mark, std::string text, std::string hint = "");
  Diagnostic& warning(CodeName code, const Mark& mark, std::string text, std::string hint = "");

  bool has_errors() const { return count(Severity::kError) > 0; }
  std::size_t count(Severity severity) const;
  bool empty() const { return list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }
  /// By file, line and column; exact repetitions are removed. Call once before printing.
  void sort();
  /// Warnings become errors (`--strict`).
  void make_strict();

 private:
  std::vector<Diagnostic> list_;
};

/// For people:
///   vortex.yaml:3:10: error: unknown exit `chat` [unknown-exit]
///     3 | to: chat
///       |     ^~~~
///     help: did you mean `team-chat`?
/// `is_coloured` adds terminal colours.
std::string print_text(const Diagnostics& diagnostics, const Files& files,
                       bool is_coloured = false);
/// For programs: one JSON array of {severity, code, text, hint, file, line, column, length,
/// related?: {text, file, line, column}}.
std::string print_json(const Diagnostics& diagnostics, const Files& files);

}  // namespace tt::config
