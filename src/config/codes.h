// Codes: the closed list of diagnostic names; a name that is not in it does not compile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tt::config {

/// Names of all diagnostics. Texts and examples stand in codes.cc (a test holds the two together);
/// to add one, add its name here and its row there.
inline constexpr std::string_view kCodeNames[] = {
    // The file and its YAML.
    "file-unreadable",
    "file-too-large",
    "not-utf8",
    "yaml-syntax",
    "yaml-depth",
    "yaml-aliases",
    "yaml-documents",
    "yaml-key",
    "yaml-merge",
    "duplicate-key",
    "duplicate-name",
    // YAML traps: what was written is not what YAML reads.
    "yaml-tag",
    "yaml-anchor",
    "yaml-alias",
    "yaml-comment",
    "yaml-null-comment",
    "yaml-hole",
    "yaml-colon",
    "yaml-reserved",
    "yaml-tab",
    "yaml-quote",
    "yaml-flow",
    "yaml-bool-word",
    "yaml-number-text",
    "yaml-octal",
    "yaml-indent",
    // Options.
    "unknown-key",
    "missing-key",
    "wrong-type",
    "bad-value",
    "out-of-range",
    "conflict",
    "deprecated",
    "missing-env",
    // Secrets.
    "literal-secret",
    "missing-secret",
    // CEL and templates.
    "cel-syntax",
    "cel-unknown",
    "cel-type",
    "cel-argument",
    "cel-limit",
    "cel-not-bool",
    "cel-absent",
    "cel-severity-order",
    "let-cycle",
    "template-syntax",
    "template-not-allowed",
    "url-hole",
    // The whole: entries, exits and rules.
    "unknown-type",
    "plugin-refused",
    "plugin-option",
    "unknown-exit",
    "unknown-entry",
    "unknown-field",
    "unknown-kind",
    "rule-always-matches",
    "rule-never-matches",
    "rule-shadowed",
    "rule-useless",
    "severity-word",
    "exit-unfed",
    "resolved-hidden",
    "path-claimed",
    "path-reserved",
    "address-claimed",
    "file-claimed",
    "auth-required",
    "order-conflict",
    "no-effect",
    "was-conflict",
    "needs-restart",
    "listen-failed",
};

constexpr bool is_code(std::string_view name) {
  for (std::string_view known : kCodeNames)
    if (known == name) return true;
  return false;
}

/// A name of the list, checked while compiling.
class CodeName {
 public:
  template <std::size_t N>
  consteval CodeName(const char (&name)[N]) : name_(name, N - 1) {  // NOLINT: implicit by design.
    if (!is_code(name_)) throw "add the name to kCodeNames and its row to codes.cc";
  }
  constexpr std::string_view view() const { return name_; }

 private:
  std::string_view name_;
};

/// One row of docs/reference/errors.md.
struct CodeRow {
  std::string_view name;
  std::string_view title;    ///< One line.
  std::string_view text;     ///< What it means and what to do.
  std::string_view example;  ///< YAML that gives it, and the repaired one.
};
std::span<const CodeRow> code_rows();
/// The row of a name, or null.
const CodeRow* code_row(std::string_view name);
/// The whole page, as Markdown.
std::string errors_page();

}  // namespace tt::config
