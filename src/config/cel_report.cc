// Places what CEL and templates say about their text into the file.
// SPDX-License-Identifier: Apache-2.0
#include "config/cel_report.h"

#include <algorithm>
#include <utility>

#include "config/template_report.h"
#include "config/traps.h"

namespace tt::config {
namespace {

CodeName code_of(std::string_view code) {
  if (code == "syntax" || code == "macro") return "cel-syntax";
  if (code.starts_with("unknown-")) return "cel-unknown";
  if (code == "argument") return "cel-argument";
  if (code == "limit") return "cel-limit";
  if (code == "severity-order") return "cel-severity-order";
  if (code == "absent-field") return "cel-absent";
  if (code == "result-type") return "cel-not-bool";
  if (code == "template") return "template-syntax";
  return "cel-type";
}

void report(std::string_view code, bool is_warning, const Mark& mark, const std::string& text,
            const std::string& hint, ParseContext& context) {
  if (is_warning)
    context.diagnostics.warning(code_of(code), mark, text, hint);
  else
    context.diagnostics.error(code_of(code), mark, text, hint);
}

bool is_cel_scalar(const Node& node, ParseContext& context) {
  if (node.is_scalar()) return true;
  if (!report_hole_or_comment(node, context.files, context.diagnostics))
    context.diagnostics.error("wrong-type", node.place(),
                              "expected a CEL expression, found " + std::string(node.described()),
                              "write it in quotes: 'event.kind == \"...\"'");
  return false;
}

}  // namespace

void report_cel(const cel::Diagnostic& found, const Node& scalar, std::size_t begin,
                ParseContext& context) {
  const Mark mark =
      mark_inside(context.files, scalar, begin + static_cast<std::size_t>(std::max(found.begin, 0)),
                  static_cast<std::size_t>(std::max(found.length, 1)));
  report(found.code, found.severity == cel::Severity::kWarning, mark, found.text, found.hint,
         context);
}

void report_template(const tmpl::TemplateError& error, const Node& scalar, std::size_t begin,
                     ParseContext& context) {
  report(error.code, error.is_warning,
         mark_inside(context.files, scalar, begin + error.begin, error.length), error.text,
         error.hint, context);
}

std::shared_ptr<const cel::Program> compile_scalar(const Node& scalar, ParseContext& context,
                                                   std::optional<cel::Type> result) {
  if (!is_cel_scalar(scalar, context)) return nullptr;
  if (!check_traps(scalar, TrapTarget::kCel, context.files, context.diagnostics)) return nullptr;
  cel::CompileOptions options;
  options.result = result;
  cel::Compiled compiled = cel::compile(scalar.text, context.environment, options);
  for (const cel::Diagnostic& d : compiled.diagnostics) {
    if (!result || d.code != "absent-field") report_cel(d, scalar, 0, context);
  }
  return std::move(compiled.program);
}

std::optional<tmpl::Template> parse_template(const Node& scalar, std::size_t begin,
                                             std::string_view text, ParseContext& context) {
  std::vector<tmpl::TemplateError> errors;
  tmpl::Template parsed = tmpl::Template::parse(text, context.environment, errors);
  bool is_good = true;
  for (const tmpl::TemplateError& error : errors) {
    report_template(error, scalar, begin, context);
    is_good = is_good && error.is_warning;
  }
  if (!is_good) return std::nullopt;
  return parsed;
}

}  // namespace tt::config
