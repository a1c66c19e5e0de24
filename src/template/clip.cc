// Cuts texts whose characters are not all text.
// SPDX-License-Identifier: Apache-2.0
#include "template/clip.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::tmpl {
namespace {

// References are short: "&quot;" is the longest that escaping makes.
constexpr std::size_t kReferenceBytesMax = 8;

bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/// Elements that have no end tag (https://html.spec.whatwg.org/#void-elements).
bool is_void(std::string_view name) {
  constexpr std::string_view kVoid[] = {"br", "hr", "img", "input", "wbr"};
  return std::find(std::begin(kVoid), std::end(kVoid), name) != std::end(kVoid);
}

std::string name_at(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && (is_letter(text[end]) || (text[end] >= '0' && text[end] <= '9')))
    ++end;
  return to_lower(text.substr(begin, end - begin));
}

/// End tags for what is open at the end of `html`, innermost first.
std::string end_tags(std::string_view html) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string_view::npos;) {
    const bool is_end = html.substr(at, 2) == "</";
    const std::string name = name_at(html, at + (is_end ? 2 : 1));
    const std::size_t end = std::min(html.find('>', at), html.size());
    const bool is_empty = end > 0 && html[end - 1] == '/';
    if (is_end && !open.empty() && open.back() == name)
      open.pop_back();
    else if (!is_end && !name.empty() && !is_empty && !is_void(name))
      open.push_back(name);
    at = end;
  }
  std::string out;
  for (auto name = open.rbegin(); name != open.rend(); ++name) out += "</" + *name + ">";
  return out;
}

}  // namespace

std::string_view without_half_markup(std::string_view text) {
  const std::size_t tag = text.rfind('<');
  if (tag != std::string_view::npos && text.find('>', tag) == std::string_view::npos)
    text = text.substr(0, tag);
  const std::size_t reference = text.rfind('&');
  if (reference != std::string_view::npos && text.size() - reference < kReferenceBytesMax &&
      text.find(';', reference) == std::string_view::npos)
    text = text.substr(0, reference);
  return text;
}

std::string clip_markup(std::string_view text, std::size_t runes_max) {
  if (count_runes(text) <= runes_max) return std::string(text);
  if (runes_max == 0) return "";
  std::size_t end = 0;
  for (std::size_t runes = 1; runes < runes_max && end < text.size(); ++runes) next_rune(text, end);
  return std::string(without_half_markup(text.substr(0, end))) + "…";
}

std::string clip_html(std::string_view text, std::size_t runes_max) {
  if (count_runes(text) <= runes_max) return std::string(text);
  for (std::size_t budget = runes_max; budget > 0;) {
    std::string kept = clip_markup(text, budget);
    const std::string ends = end_tags(kept);
    const std::size_t runes = count_runes(kept) + ends.size();
    if (runes <= runes_max) return kept + ends;
    budget -= std::min(budget, runes - runes_max);
  }
  return "";
}

}  // namespace tt::tmpl
