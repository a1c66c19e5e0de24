// Knows a web address, and the places where a value would become one.
// SPDX-License-Identifier: Apache-2.0
#include "template/link.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"

namespace tt::tmpl {
namespace {

constexpr std::size_t kAttributeBytesMax = 32;

}  // namespace

std::string_view safe_link(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || url.size() > kLinkBytesMax) return {};
  const std::string_view scheme = url.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return {};
  const std::string_view rest = url.substr(colon + 3);
  if (rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#') return {};
  const bool is_clean = std::all_of(rest.begin(), rest.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"'<>|\\`{}^").find(c) == std::string_view::npos;
  });
  return is_clean ? url : std::string_view{};
}

bool is_link_place(std::string_view before, Escape escape) {
  if (escape == Escape::kChat) return before.ends_with('<');
  if (escape == Escape::kMarkdown) return before.ends_with("](") || before.ends_with('<');
  if (escape != Escape::kHtml) return false;
  static const RE2 kAttribute(R"((?i)\b(?:href|src|action)\s*=\s*["']?$)");
  const std::size_t tail = std::min(before.size(), kAttributeBytesMax);
  return RE2::PartialMatch(before.substr(before.size() - tail), kAttribute);
}

void append_markdown_target(std::string& out, std::string_view url) {
  for (const char c : url) {
    // The others that could end it are not in a safe link.
    if (c == '(' || c == ')')
      out += c == '(' ? "%28" : "%29";
    else
      out += c;
  }
}

}  // namespace tt::tmpl
