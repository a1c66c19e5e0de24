// Looks at the segments of a rendered path.
// SPDX-License-Identifier: Apache-2.0
#include "template/path.h"

#include <algorithm>

#include "base/text.h"

namespace tt::tmpl {

bool is_climbing_segment(std::string_view segment) {
  // What no value has encoded is the author's own.
  if (segment.find('%') == std::string_view::npos) return false;
  std::string decoded = percent_decode(segment).value_or(std::string(segment));
  std::replace(decoded.begin(), decoded.end(), '\\', '/');
  const auto parts = split(decoded, '/');
  return std::any_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return part == "." || part == ".."; });
}

Status check_path(std::string_view path, std::string_view as_written) {
  const bool may_be_empty = as_written.find("//") != std::string_view::npos;
  const bool may_end = as_written.empty() || as_written.ends_with('/');
  auto segments = split(path, '/');
  if (!segments.empty()) segments.erase(segments.begin());  // In front of the first slash.
  for (const std::string_view& segment : segments) {
    const bool is_last = &segment == &segments.back();
    if (segment.empty() && !(is_last ? may_end : may_be_empty))
      return reject("template: a segment of the path is empty");
    if (is_climbing_segment(segment))
      return reject("template: a segment of the path is made of dots");
  }
  return {};
}

}  // namespace tt::tmpl
