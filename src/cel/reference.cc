// The page of the language, from the tables of functions and limits and the topics beside them.
// SPDX-License-Identifier: Apache-2.0
#include "cel/reference.h"

#include "base/units.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

/// Signatures shown of one function; some take every pair of number types.
constexpr std::size_t kSignaturesMax = 4;

constexpr std::string_view kIntroduction =
    "# The expression language\n\n"
    "`when`, `let` and the holes of templates are [CEL](https://cel.dev), the Common Expression "
    "Language. [The guide](../rules.md) teaches rules by example; this page lists the language. "
    "Every example here is a test, and can be tried: `vortex eval \"'abc'.size()\"`.\n\n";

constexpr std::string_view kFields =
    "## Fields\n\n"
    "`event` is the event, `meta` what the tunnel keeps beside it: `meta.id`, `meta.seq`, "
    "`meta.received`, `meta.entry`.\n\n"
    "- `event.a.b` finds the field `a.b`; `event[\"a.b\"]` does too. A name that is no "
    "identifier stands in back quotes: ``event.`a-b` ``.\n"
    "- `kind message source severity view_link ack_link` and the well-known fields (`project actor "
    "status host service alert_key alert_state`) are texts; absent ones read as `\"\"`, and "
    "`has()` is false.\n"
    "- Any other field that is absent is an error; in `when` that means no match. "
    "`has(event.x) && event.x != 1` and `event.?x.orValue(0)` are safe.\n"
    "- `event.timestamp` and `meta.received` are timestamps.\n"
    "- `event.severity` has no `<`; `event.severity.atLeast(\"warning\")` compares it.\n"
    "- `event.builds` reads the flattened fields `builds.0.name`, ... back as a list of maps.\n"
    "- `event` itself is a map of dotted names: `event.exists(name, "
    "name.startsWith(\"raw.\"))`.\n\n";

constexpr std::string_view kSpecification =
    "## The specification\n\n"
    "The conformance suite of cel-spec, core and the libraries above, runs in the tests, in "
    "process and through `vortex eval --typed`. **No case in scope is an exception.**\n\n"
    "Out of scope, because a flat event has none of it: protobuf messages, enums, extensions, "
    "wrapper and `Any` values (`TestAllTypes{}`, `google.protobuf.Int64Value{}`), and `cel.block`, "
    "an aid for testing optimisers, although its cases pass. Message literals are parsed and "
    "refused by name. `google.protobuf.Timestamp` and `.Duration` are type names.\n\n"
    "Where the specification leaves a choice:\n\n"
    "- A double becomes text in the shortest form that reads back as the same number.\n"
    "- `indexOf` and `lastIndexOf` take the length of the text as a position; beyond, they fail.\n"
    "- Durations have no conversion from and to int: say the unit, `duration('5s')`.\n"
    "- The element type of `[]` is decided by the first use of it.\n\n"
    "There is no `now()`: decisions can be replayed. `meta.received` is the time of arrival.\n";

/// A bar would end the cell, also within code.
std::string cell(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '|') made += '\\';
    made += c;
  }
  return made;
}

std::string code(std::string_view text) { return "`" + cell(text) + "`"; }

std::string table(std::string_view title, std::string_view prose, std::string_view first,
                  std::span<const Topic> topics, bool is_code) {
  std::string text = "## " + std::string(title) + "\n\n" + std::string(prose);
  text += "| " + std::string(first) + " | | example | gives |\n|---|---|---|---|\n";
  for (const Topic& topic : topics) {
    text += "| " + (is_code ? code(topic.form) : cell(topic.form)) + " | " + cell(topic.meaning) +
            " | " + code(topic.example) + " | " + code(topic.result) + " |\n";
  }
  return text + "\n";
}

std::string signatures(const FunctionDoc& doc) {
  std::string text;
  for (std::size_t i = 0; i < doc.signatures.size() && i < kSignaturesMax; ++i) {
    text += (i > 0 ? "<br>" : "") + code(doc.signatures[i]);
  }
  if (doc.signatures.size() > kSignaturesMax) {
    text += "<br>and " + std::to_string(doc.signatures.size() - kSignaturesMax) + " more alike";
  }
  return text;
}

std::string functions() {
  std::string text = "## Functions\n\n";
  std::string library;
  for (const FunctionDoc& doc : function_docs()) {
    if (doc.library != library) {
      text += (library.empty() ? "" : "\n") + ("### " + doc.library) + "\n\n" +
              "| function | | example | gives |\n|---|---|---|---|\n";
      library = doc.library;
    }
    text += "| " + signatures(doc) + " | " + cell(doc.description) + " | " + code(doc.example) +
            " | " + code(doc.result) + " |\n";
  }
  return text + "\n";
}

std::string limits() {
  std::string text =
      "## Costs and limits\n\n"
      "An expression that is too big is an error of `check`; an evaluation that costs too much "
      "stops with an error, which `&&` and `||` do not forget. A node inside a comprehension is a "
      "step, so is an element of a list, so are " +
      std::to_string(kBytesPerStep) +
      " bytes of text that are made, scanned or compared.\n\n| limit | value |\n|---|---|\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    text.append("| ").append(name).append(" | ").append(value).append(" |\n");
  };
  row("length of an expression", format_size(kExpressionBytesMax));
  row("nodes of an expression", std::to_string(kNodesMax));
  row("depth of an expression; a chain of `&&` or `||` counts once", std::to_string(kDepthMax));
  row("variables of nested macros", std::to_string(kLocalsMax));
  row("steps of an evaluation", std::to_string(kCostMax));
  row("one text that an evaluation makes", format_size(kStringBytesMax));
  row("elements of one list", std::to_string(kListElementsMax));
  row("memory of one compiled regular expression", format_size(kRegexBytesMax));
  row("steps for compiling the constant regular expressions of one expression",
      std::to_string(kPrepareCostMax));
  row("subexpressions whose values the conditions of one configuration share",
      std::to_string(kSharedMax));
  row("depth of values as JSON", std::to_string(kValueDepthMax));
  row("diagnostics of one expression", std::to_string(kDiagnosticsMax));
  return text + "\n";
}

}  // namespace

std::vector<Example> reference_examples() {
  std::vector<Example> examples;
  for (const auto topics : {operator_topics(), type_topics(), macro_topics(), optional_topics(),
                            number_topics(), error_topics(), time_topics(), regex_topics()}) {
    for (const Topic& topic : topics) {
      examples.push_back({std::string(topic.form), topic.example, topic.result});
    }
  }
  for (const FunctionDoc& doc : function_docs()) {
    examples.push_back({doc.library + ": " + doc.name, doc.example, doc.result});
  }
  return examples;
}

std::string reference_page() {
  std::string text(kIntroduction);
  text += table("Types", "", "type", type_topics(), true);
  text +=
      table("Operators",
            "From those that bind most to those that bind least. `-` and `!` before a value bind "
            "alike, so do `* / %`, `+ -`, and all comparisons with `in`, each from the left.\n\n",
            "operator", operator_topics(), true);
  text += kFields;
  text += table("Macros", "`a` is a list or a map; of a map, the keys.\n\n", "macro",
                macro_topics(), true);
  text += table("Optional values", "", "form", optional_topics(), true);
  text += functions();
  text += table("Numbers", "", "rule", number_topics(), false);
  text += table("Errors", "`e` stands for an expression that fails.\n\n", "form", error_topics(),
                false);
  text += table("Time zones", "", "zone", time_topics(), false);
  text += table("Regular expressions",
                "`matches` is RE2, with its "
                "[syntax](https://github.com/google/re2/wiki/Syntax).\n\n",
                "rule", regex_topics(), false);
  text += limits();
  return text + std::string(kSpecification);
}

}  // namespace tt::cel
