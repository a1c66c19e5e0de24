// Clipping of texts with markup: never inside a tag, a link or a reference.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.h"

namespace tt::portals {

/// At most `runes_max` code points with "…" as the last one when cut. A `<...` or `&...;` that the
/// cut goes through is dropped as a whole. For text whose `<` and `&` are escaped where they are no
/// markup.
inline std::string clip_markup(std::string_view text, std::size_t runes_max) {
  if (count_runes(text) <= runes_max) return std::string(text);
  if (runes_max == 0) return "";
  std::size_t end = 0;
  for (std::size_t runes = 1; runes < runes_max && end < text.size(); ++runes) next_rune(text, end);
  std::string_view kept = text.substr(0, end);
  const std::size_t tag = kept.rfind('<');
  if (tag != std::string_view::npos && kept.find('>', tag) == std::string_view::npos)
    kept = kept.substr(0, tag);
  // References are short: "&quot;" is the longest that escaping makes.
  const std::size_t reference = kept.rfind('&');
  if (reference != std::string_view::npos && kept.size() - reference < 8 &&
      kept.find(';', reference) == std::string_view::npos)
    kept = kept.substr(0, reference);
  return std::string(kept) + "…";
}

}  // namespace tt::portals
