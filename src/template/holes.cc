// Knows just enough of CEL's tokens to see where a hole ends: strings and braces.
// SPDX-License-Identifier: Apache-2.0
#include "template/holes.h"

#include "base/text.h"

namespace tt::tmpl {
namespace {

constexpr auto kNone = std::string_view::npos;

// After the string literal whose quote stands at `at`; the end of the text when it never closes.
// `is_raw`: a backslash escapes nothing (r"...").
std::size_t skip_string(std::string_view text, std::size_t at, bool is_raw) {
  const char quote = text[at];
  const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
  const bool is_triple = text.substr(at, 3) == triple;
  at += is_triple ? 3 : 1;
  while (at < text.size()) {
    if (text[at] == '\\' && !is_raw) {
      at += 2;
    } else if (is_triple ? text.substr(at, 3) == triple : text[at] == quote) {
      return at + (is_triple ? 3 : 1);
    } else {
      ++at;
    }
  }
  return text.size();
}

// A prefix r, R, br, bR ... before the quote at `at`.
bool is_raw_string(std::string_view text, std::size_t begin, std::size_t at) {
  for (std::size_t back = 1; back <= 2 && at >= begin + back; ++back) {
    const char c = text[at - back];
    if (c == 'r' || c == 'R') return true;
    if (c != 'b' && c != 'B') return false;
  }
  return false;
}

// Position of the `}}` that ends the hole whose text starts at `begin`, or kNone.
std::size_t hole_end(std::string_view text, std::size_t begin) {
  int depth = 0;
  std::size_t at = begin;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_string(text, at, is_raw_string(text, begin, at));
      continue;
    }
    if (c == '{') ++depth;
    if (c == '}') {
      if (depth == 0) return text.substr(at, 2) == "}}" ? at : kNone;
      --depth;
    }
    ++at;
  }
  return kNone;
}

}  // namespace

std::vector<Hole> find_holes(std::string_view text, std::vector<TemplateError>& errors) {
  std::vector<Hole> holes;
  std::size_t from = 0;
  while (true) {
    const std::size_t open = text.find("{{", from);
    if (open == kNone) return holes;
    const std::size_t end = hole_end(text, open + 2);
    if (end == kNone) {
      TemplateError error;
      error.begin = open;
      error.length = 2;
      error.text = "`{{` is never closed";
      error.hint = "close it with `}}`; two braces as text are `{{ \"{{\" }}`";
      errors.push_back(std::move(error));
      return holes;
    }
    const Hole hole{text.substr(from, open - from), open + 2, end - open - 2};
    if (trim(text.substr(hole.begin, hole.length)).empty()) {
      TemplateError error;
      error.begin = open;
      error.length = end + 2 - open;
      error.text = "an empty hole";
      error.hint = "put a CEL expression between the braces: `{{ event.message }}`";
      errors.push_back(std::move(error));
    } else {
      holes.push_back(hole);
    }
    from = end + 2;
  }
}

std::string_view text_after_holes(std::string_view text) {
  std::vector<TemplateError> errors;
  const std::vector<Hole> holes = find_holes(text, errors);
  if (holes.empty()) return text;
  return text.substr(holes.back().begin + holes.back().length + 2);
}

}  // namespace tt::tmpl
