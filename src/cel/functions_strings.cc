// Standard functions of strings and sizes; regular expressions on RE2.
// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include "base/utf8.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

Value size_of_string(const CallContext&, Arguments a) {
  return Value::int64(static_cast<std::int64_t>(count_runes(a[0].as_string())));
}

Value size_of_bytes(const CallContext&, Arguments a) {
  return Value::int64(static_cast<std::int64_t>(a[0].as_bytes().size()));
}

Value size_of_list(const CallContext&, Arguments a) {
  return Value::int64(static_cast<std::int64_t>(a[0].as_list().size()));
}

Value size_of_map(const CallContext&, Arguments a) {
  return Value::int64(static_cast<std::int64_t>(a[0].as_map().size()));
}

Value starts_with_text(const CallContext&, Arguments a) {
  return Value::boolean(a[0].as_string().starts_with(a[1].as_string()));
}

Value ends_with_text(const CallContext&, Arguments a) {
  return Value::boolean(a[0].as_string().ends_with(a[1].as_string()));
}

Value contains_text(const CallContext&, Arguments a) {
  return Value::boolean(a[0].as_string().find(a[1].as_string()) != std::string_view::npos);
}

RE2::Options regex_options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kRegexBytesMax);
  return options;
}

std::string regex_problem(const RE2& regex) { return "not a regular expression: " + regex.error(); }

/// Steps that compiling takes at least, and what it turns out to have taken beyond: what was too
/// large has cost the most.
std::int64_t cost_before(std::string_view pattern) {
  return 1000 + static_cast<std::int64_t>(pattern.size()) * 10;
}
std::int64_t cost_after(const RE2& regex) {
  return regex.error_code() == RE2::ErrorPatternTooLarge ? kCostMax / 50
                                                         : 4 * std::int64_t{regex.ProgramSize()};
}

/// The pattern is compiled once when it is a constant.
Prepared prepare_matches(std::span<const Value* const> constants) {
  if (!constants[1] || !constants[1]->is_string()) return {};
  const std::string_view pattern = constants[1]->as_string();
  auto regex = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()),
                                           regex_options());
  const std::int64_t cost = cost_before(pattern) + cost_after(*regex);
  if (!regex->ok()) return {.problem = regex_problem(*regex), .cost = cost};
  return {.state = std::move(regex), .cost = cost};
}

Value matches(const CallContext& context, Arguments a) {
  const std::string_view text = a[0].as_string();
  const re2::StringPiece piece(text.data(), text.size());
  if (context.state) {
    return Value::boolean(RE2::PartialMatch(piece, *static_cast<const RE2*>(context.state)));
  }
  const std::string_view pattern = a[1].as_string();
  // Compiling costs far more than a step, and shows how much only afterwards.
  if (!context.charge(cost_before(pattern))) return cost_error();
  const RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), regex_options());
  if (!context.charge(cost_after(regex))) return cost_error();
  if (!regex.ok()) return Value::error(regex_problem(regex));
  return Value::boolean(RE2::PartialMatch(piece, regex));
}

}  // namespace

void add_string_functions(Library& library) {
  library.title("Texts, lists and maps");
  const auto size = [&](std::string_view type, Implementation call) {
    library.function("size", type, "int", call);
    library.method("size", type, "int", call);
  };
  size("string", size_of_string);
  size("bytes", size_of_bytes);
  size("list(T)", size_of_list);
  size("map(K, V)", size_of_map);
  library.method("startsWith", "string, string", "bool", starts_with_text);
  library.method("endsWith", "string, string", "bool", ends_with_text);
  library.method("contains", "string, string", "bool", contains_text);
  library.method("matches", "string, string", "bool", matches, prepare_matches);
  library.function("matches", "string, string", "bool", matches, prepare_matches);
  library.about("size", "how many characters a text, bytes, elements or entries",
                "size('日本') + [1, 2].size()", "4");
  library.about("startsWith", "whether a text begins with another",
                "'urn:mon:cpu'.startsWith('urn:mon:')", "true");
  library.about("endsWith", "whether a text ends with another", "'kim-bot'.endsWith('-bot')",
                "true");
  library.about("contains", "whether a text holds another", "'disk full'.contains('full')", "true");
  library.about("matches", "whether a regular expression matches somewhere in the text",
                "'web-17'.matches('^web-[0-9]+$')", "true");
}

}  // namespace tt::cel
