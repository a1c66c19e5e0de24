// Template: text with `{{ CEL }}` holes, rendered over one event and escaped for its target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tt::cel {
class Environment;
class Program;
class Scope;
class Value;
}  // namespace tt::cel

namespace tt::tmpl {

/// What the holes' values are escaped for; text outside the holes is the author's and stays.
enum class Escape : std::uint8_t {
  kNone,         ///< Plain text: chat lines, mail bodies, topics.
  kPathSegment,  ///< RFC 3986 unreserved stay, the rest is %XX; `.` and `..` alone as well.
  kQueryValue,   ///< As above.
  kHtml,         ///< & < > " ' become references; a hole that is an href or src is a web link.
  kHeader,       ///< Control characters other than tabs anywhere in the result are a failure.
  kChat,         ///< Slack's markup: & < > become references, a hole behind `<` is a web link, and
                 ///< a zero width space (U+200B) behind the @ of @all @channel @here disarms it.
  kMarkdown,     ///< As it is, in Markdown of chats: markup is escaped, each @ that is no mailbox's
                 ///< disarmed, web addresses stay whole; a hole behind `](` or `<` is a web link.
};

/// Counts the holes that failed. A failed hole is empty text, or null as a whole value.
struct HoleFailures {
  std::size_t count = 0;
  std::string first;  ///< "{{ event.foo }}: no such field: foo"
};

struct RenderOptions {
  Escape escape = Escape::kNone;
  std::size_t runes_max = 0;  ///< 0: no limit. Cut at a character, "…" as the last one.
  std::size_t bytes_max = 0;  ///< 0: no limit. Both never cut through a tag or a reference.
  HoleFailures* failures = nullptr;
};

/// A mistake in a template's text; positions are bytes of that text.
struct TemplateError {
  std::size_t begin = 0;
  std::size_t length = 1;
  bool is_warning = false;
  std::string code = "template";  ///< Or the code of a cel::Diagnostic.
  std::string text;
  std::string hint;
};

/// Immutable, thread safe, cheap to copy. The default one is empty text. A `}}` inside a string or
/// after an open `{` of the CEL does not end the hole; `{{ "{{" }}` writes two braces.
class Template {
 public:
  Template() = default;
  /// Checks every hole against `environment`. Appends all mistakes to `errors`; after errors that
  /// are no warnings the template is empty. Scopes that render it must be made for the same
  /// environment (EventScope).
  static Template parse(std::string_view text, const cel::Environment& environment,
                        std::vector<TemplateError>& errors);
  /// Text without holes, braces included.
  static Template literal(std::string text);
  /// A default of the program itself (`tmpl::Template text = Template::builtin("{{ event.x }}")`).
  /// Not checked yet: bind() compiles it; config's parse does so for options that were not given.
  /// Until then every hole fails.
  static Template builtin(std::string_view text);
  /// Compiles a builtin against `environment`; a mistake aborts. Others stay as they are.
  void bind(const cel::Environment& environment);

  bool is_constant() const;             ///< No holes.
  const std::string& constant() const;  ///< The text when is_constant(), else empty.
  const std::string& text() const;      ///< As written.
  bool empty() const { return text().empty(); }
  /// One hole and nothing else: the value keeps its type in typed places.
  bool is_single_hole() const;

  /// Never fails: see HoleFailures.
  std::string render(const cel::Scope& scope, const RenderOptions& options = {}) const;
  /// For URL parts, paths, rooms, jobs, topics and headers: a failing hole is kReject with a text
  /// that begins with "template: ".
  Result<std::string> render_strict(const cel::Scope& scope, Escape escape = Escape::kNone) const;
  /// JSON text of the value: typed for a single hole (null when it fails), else a string.
  void render_json(const cel::Scope& scope, std::string& out, HoleFailures* failures) const;
  /// The value of a single hole; a string value else. Null when the hole fails.
  cel::Value render_value(const cel::Scope& scope, HoleFailures* failures = nullptr) const;

  /// Names of the variables and fields that the holes look at, for checks: the programs in order.
  std::vector<std::shared_ptr<const cel::Program>> programs() const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

/// Text of a value in a hole: strings as they are, numbers and bools as CEL's string(), timestamps
/// as RFC 3339, null as nothing, lists and maps as JSON.
std::string hole_text(const cel::Value& value);
void append_escaped(std::string& out, std::string_view text, Escape escape);

}  // namespace tt::tmpl
