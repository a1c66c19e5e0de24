// Finds the `{{ }}` holes of a template's text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "template/template.h"

namespace tt::tmpl {

struct Hole {
  std::string_view before;  ///< Text since the last hole.
  std::size_t begin = 0;    ///< Of what stands between the braces.
  std::size_t length = 0;
};

/// Holes in order; mistakes (never closed, empty) go to `errors`.
std::vector<Hole> find_holes(std::string_view text, std::vector<TemplateError>& errors);
/// What follows the last hole; the whole text when there is none.
std::string_view text_after_holes(std::string_view text);

}  // namespace tt::tmpl
