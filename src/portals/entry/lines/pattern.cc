// Compiling, and saying what is wrong with an expression.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/lines/pattern.h"

#include <re2/re2.h>

#include "base/text.h"
#include "config/parse.h"

namespace tt::portals::entry::lines {

Result<Pattern> compile_pattern(std::string_view text) {
  if (text.size() > kPatternBytesMax)
    return misconfigured("the regular expression is longer than " +
                         std::to_string(kPatternBytesMax) + " bytes");
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled =
      std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!compiled->ok()) {
    // Perl and Onigmo (Fluent Bit, Fluentd) write names of groups so.
    const bool is_other_name = compiled->error_arg().starts_with("(?<");
    return misconfigured("no regular expression: " + printable(compiled->error()) +
                         (is_other_name ? "; names of groups are written (?P<name>...)" : ""));
  }
  const auto count = static_cast<std::size_t>(compiled->NumberOfCapturingGroups());
  if (compiled->CapturingGroupNames().empty())
    return misconfigured("the regular expression names no group: write (?P<message>.*)");
  if (count > kPatternGroupsMax)
    return misconfigured("the regular expression has more than " +
                         std::to_string(kPatternGroupsMax) + " groups");
  Pattern pattern{std::string(text), std::move(compiled), std::vector<std::string>(count)};
  for (const auto& [number, name] : pattern.compiled->CapturingGroupNames())
    pattern.groups[static_cast<std::size_t>(number) - 1] = name;
  return pattern;
}

namespace {

bool read_pattern(const config::Node& node, void* value, config::ParseContext& context) {
  auto pattern = compile_pattern(node.text);
  if (!pattern.ok()) {
    context.diagnostics.error(
        "bad-value", node.place(), pattern.error().text,
        "the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax");
    return false;
  }
  *static_cast<Pattern*>(value) = *std::move(pattern);
  return true;
}

}  // namespace
}  // namespace tt::portals::entry::lines

namespace tt::config {

const TypeInfo& Kind<portals::entry::lines::Pattern>::info() {
  using portals::entry::lines::Pattern;
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "regular expression";
    i.schema = R"({"type":"string"})";
    i.is_text = true;
    i.read = &portals::entry::lines::read_pattern;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const Pattern*>(v)->text);
    };
    i.is_empty = [](const void* v) { return static_cast<const Pattern*>(v)->empty(); };
    return i;
  }();
  return made;
}

}  // namespace tt::config
