// Parses and renders texts with `{{ CEL }}` holes.
// SPDX-License-Identifier: Apache-2.0
#include "template/template.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "cel/program.h"
#include "template/clip.h"
#include "template/holes.h"
#include "template/link.h"

namespace tt::tmpl {

// Literal text, then a hole, and so on; the last piece has no hole.
struct Template::Parts {
  struct Piece {
    std::string literal;
    std::string hole;  // As written between the braces.
    std::shared_ptr<const cel::Program> program;
    bool has_hole = false;
  };
  std::string text;
  std::vector<Piece> pieces;
  bool is_bound = true;
};

namespace {

const std::string kEmptyText;

// RFC 9110 section 5.5.
bool is_no_header_byte(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}

void note_failure(HoleFailures* failures, std::string_view hole, std::string_view why) {
  if (!failures) return;
  if (failures->count++ == 0)
    failures->first = "{{ " + std::string(trim(hole)) + " }}: " + std::string(why);
}

TemplateError from_cel(const cel::Diagnostic& d, std::size_t hole_begin) {
  TemplateError error;
  error.begin = hole_begin + static_cast<std::size_t>(std::max(d.begin, 0));
  error.length = static_cast<std::size_t>(std::max(d.length, 1));
  error.is_warning = d.severity == cel::Severity::kWarning;
  error.code = d.code;
  error.text = d.text;
  error.hint = d.hint;
  return error;
}

std::string clip(std::string_view text, std::size_t runes_max, Escape escape) {
  if (escape == Escape::kHtml) return clip_html(text, runes_max);
  if (escape == Escape::kChat || escape == Escape::kMarkdown) return clip_markup(text, runes_max);
  return clip_runes(text, runes_max);
}

void cut(std::string& text, const RenderOptions& options) {
  if (options.runes_max && text.size() > options.runes_max)
    text = clip(text, options.runes_max, options.escape);
  if (!options.bytes_max || text.size() <= options.bytes_max) return;
  std::string_view kept = clip_bytes(text, options.bytes_max);
  if (options.escape == Escape::kHtml || options.escape == Escape::kChat ||
      options.escape == Escape::kMarkdown)
    kept = without_half_markup(kept);
  text.resize(kept.size());
}

}  // namespace

Template Template::parse(std::string_view text, const cel::Environment& environment,
                         std::vector<TemplateError>& errors) {
  auto parts = std::make_shared<Parts>();
  parts->text = text;
  bool has_errors = false;
  std::vector<TemplateError> scan_errors;
  for (const Hole& hole : find_holes(text, scan_errors)) {
    Parts::Piece piece;
    piece.literal = hole.before;
    piece.has_hole = true;
    piece.hole = text.substr(hole.begin, hole.length);
    // Blanks are cut off, so that positions of CEL's own texts mean what is seen.
    const std::string_view source = trim(piece.hole);
    const std::size_t begin =
        hole.begin + static_cast<std::size_t>(source.data() - piece.hole.data());
    cel::Compiled compiled = cel::compile(source, environment);
    piece.program = std::move(compiled.program);
    has_errors = has_errors || !piece.program;
    for (const cel::Diagnostic& d : compiled.diagnostics) errors.push_back(from_cel(d, begin));
    parts->pieces.push_back(std::move(piece));
  }
  has_errors = has_errors || !scan_errors.empty();
  errors.insert(errors.end(), std::make_move_iterator(scan_errors.begin()),
                std::make_move_iterator(scan_errors.end()));
  if (has_errors) return {};
  Parts::Piece rest;
  rest.literal = text_after_holes(text);
  parts->pieces.push_back(std::move(rest));
  Template made;
  made.parts_ = std::move(parts);
  return made;
}

Template Template::literal(std::string text) {
  auto parts = std::make_shared<Parts>();
  parts->pieces.emplace_back().literal = text;
  parts->text = std::move(text);
  Template made;
  made.parts_ = std::move(parts);
  return made;
}

Template Template::builtin(std::string_view text) {
  std::vector<TemplateError> errors;
  const std::vector<Hole> holes = find_holes(text, errors);
  TT_ASSERT(errors.empty());
  if (holes.empty()) return literal(std::string(text));
  auto parts = std::make_shared<Parts>();
  parts->text = text;
  parts->is_bound = false;
  for (const Hole& hole : holes) {
    Parts::Piece& piece = parts->pieces.emplace_back();
    piece.literal = hole.before;
    piece.hole = text.substr(hole.begin, hole.length);
    piece.has_hole = true;
  }
  parts->pieces.emplace_back().literal = text_after_holes(text);
  Template made;
  made.parts_ = std::move(parts);
  return made;
}

void Template::bind(const cel::Environment& environment) {
  if (!parts_ || parts_->is_bound) return;
  std::vector<TemplateError> errors;
  Template bound = parse(parts_->text, environment, errors);
  TT_ASSERT(bound.parts_);
  *this = std::move(bound);
}

bool Template::is_constant() const { return !parts_ || parts_->pieces.size() == 1; }

const std::string& Template::constant() const { return is_constant() ? text() : kEmptyText; }

const std::string& Template::text() const { return parts_ ? parts_->text : kEmptyText; }

bool Template::is_single_hole() const {
  return parts_ && parts_->pieces.size() == 2 && parts_->pieces[0].literal.empty() &&
         parts_->pieces[1].literal.empty();
}

std::string Template::render(const cel::Scope& scope, const RenderOptions& options) const {
  std::string out;
  if (!parts_) return out;
  for (const Parts::Piece& piece : parts_->pieces) {
    out += piece.literal;
    if (!piece.has_hole) continue;
    if (!piece.program) {
      note_failure(options.failures, piece.hole, "the template is not bound");
      continue;
    }
    const cel::Value value = piece.program->evaluate(scope);
    if (value.is_error()) {
      note_failure(options.failures, piece.hole, value.error_text());
      continue;
    }
    const std::string other = value.is_string() ? std::string() : hole_text(value);
    const std::string_view text = value.is_string() ? value.as_string() : other;
    const bool is_link = !text.empty() && is_link_place(out, options.escape);
    if (is_link && safe_link(text).empty()) {
      note_failure(options.failures, piece.hole, "no http or https address");
      continue;
    }
    if (is_link && options.escape == Escape::kMarkdown)
      append_markdown_target(out, text);
    else
      append_escaped(out, text, options.escape);
  }
  cut(out, options);
  return out;
}

Result<std::string> Template::render_strict(const cel::Scope& scope, Escape escape) const {
  HoleFailures failures;
  std::string out = render(scope, {.escape = escape, .failures = &failures});
  if (failures.count > 0) return reject("template: " + failures.first);
  if (escape == Escape::kHeader && std::any_of(out.begin(), out.end(), is_no_header_byte))
    return reject("template: " + text() + ": the value holds a line break or a control character");
  return out;
}

cel::Value Template::render_value(const cel::Scope& scope, HoleFailures* failures) const {
  if (!is_single_hole()) return cel::Value::string(render(scope, {.failures = failures}));
  const Parts::Piece& piece = parts_->pieces[0];
  cel::Value value = piece.program ? piece.program->evaluate(scope)
                                   : cel::Value::error("the template is not bound");
  if (!value.is_error()) return value;
  note_failure(failures, piece.hole, value.error_text());
  return cel::Value::null();
}

void Template::render_json(const cel::Scope& scope, std::string& out,
                           HoleFailures* failures) const {
  if (!is_single_hole()) return append_json_string(out, render(scope, {.failures = failures}));
  const cel::Value value = render_value(scope, failures);
  if (value.is_string())
    append_json_string(out, value.as_string());
  else
    out += cel::to_json_text(value);
}

std::vector<std::shared_ptr<const cel::Program>> Template::programs() const {
  std::vector<std::shared_ptr<const cel::Program>> programs;
  if (!parts_) return programs;
  for (const Parts::Piece& piece : parts_->pieces)
    if (piece.program) programs.push_back(piece.program);
  return programs;
}

}  // namespace tt::tmpl
