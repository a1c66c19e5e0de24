// Reference: the page of the language, and its examples for the test that evaluates them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tt::cel {

/// One line of a table: how something is written, what it means, and an example of it.
struct Topic {
  std::string_view form;
  std::string_view meaning;
  std::string_view example;  ///< An expression that needs no event.
  std::string_view result;   ///< What `vortex eval` prints for it, or `error`.
};
/// What is not a function. Operators are in order of precedence, those that bind most first.
std::span<const Topic> operator_topics();
std::span<const Topic> type_topics();
std::span<const Topic> macro_topics();
std::span<const Topic> optional_topics();
std::span<const Topic> number_topics();
std::span<const Topic> error_topics();
std::span<const Topic> time_topics();
std::span<const Topic> regex_topics();

struct Example {
  std::string of;
  std::string_view expression;
  std::string_view result;
};
/// Every example of the page.
std::vector<Example> reference_examples();

/// docs/reference/cel.md, without the note that it is generated.
std::string reference_page();

}  // namespace tt::cel
