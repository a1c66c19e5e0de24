// LineFields: what a line of text says, field by field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portals/entry/lines/pattern.h"

namespace tt::portals::entry::lines {

constexpr std::size_t kLineFieldsMax = 256;

struct LineField {
  std::string name, text;
  bool is_bare = false;  ///< A name alone.
};

struct LineFields {
  std::vector<LineField> all;
  bool is_cut = false;  ///< There were more than kLineFieldsMax.
};

/// `level=info msg="all is well" retry`: pairs and names, separated by spaces; a value in quotes is
/// read as Go and JSON write it. Nothing when the line does not begin with a pair, or a quote has
/// no end. https://brandur.org/logfmt, https://github.com/go-logfmt/logfmt
std::optional<LineFields> read_logfmt(std::string_view line);

/// The named groups of the first match, without those that took nothing. Nothing when there is
/// none.
std::optional<LineFields> read_groups(std::string_view line, const Pattern& pattern);

}  // namespace tt::portals::entry::lines
