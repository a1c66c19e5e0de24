// Clipping of texts with markup: never inside a tag, a link or a reference.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tt::tmpl {

// For text whose `<` and `&` are escaped where they are no markup.

/// `text`, which was cut, without the `<...` or `&...;` that the cut went through.
std::string_view without_half_markup(std::string_view text);
/// At most `runes_max` code points with "…" as the last one when cut. A `<...` or `&...;` that the
/// cut goes through is dropped as a whole.
std::string clip_markup(std::string_view text, std::size_t runes_max);
/// The same for HTML: elements that are open at the cut are closed behind the "…", within the
/// limit.
std::string clip_html(std::string_view text, std::size_t runes_max);

}  // namespace tt::tmpl
