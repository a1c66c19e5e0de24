// Looks at the segments of a rendered path.
// SPDX-License-Identifier: Apache-2.0
#include "template/path.h"

#include <algorithm>
#include <string>
#include <vector>

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

namespace {

/// The segments of a path with holes; a slash in a hole is none of the path's.
std::vector<std::string_view> written_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t begin = 0;
  bool is_hole = false;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path.substr(at, 2) == "{{") is_hole = true;
    if (path.substr(at, 2) == "}}") is_hole = false;
    if (path[at] != '/' || is_hole) continue;
    segments.push_back(path.substr(begin, at - begin));
    begin = at + 1;
  }
  segments.push_back(path.substr(begin));
  return segments;
}

/// What its author wrote there has no letter that is not in a hole, so no secret either.
Status empty_segment(std::size_t index, std::size_t count, std::string_view as_written) {
  const std::string text = "template: a segment of the path is empty";
  auto written = written_segments(as_written);
  if (!written.empty()) written.erase(written.begin());
  if (written.size() != count || !written[index].starts_with("{{")) return reject(text);
  return reject(text + ": `" + std::string(written[index]) + "` gives nothing for this event");
}

}  // namespace

Status check_path(std::string_view path, std::string_view as_written) {
  const bool may_be_empty = as_written.find("//") != std::string_view::npos;
  const bool may_end = as_written.empty() || as_written.ends_with('/');
  auto segments = split(path, '/');
  if (!segments.empty()) segments.erase(segments.begin());  // In front of the first slash.
  for (const std::string_view& segment : segments) {
    const bool is_last = &segment == &segments.back();
    if (segment.empty() && !(is_last ? may_end : may_be_empty))
      return empty_segment(static_cast<std::size_t>(&segment - segments.data()), segments.size(),
                           as_written);
    if (is_climbing_segment(segment))
      return reject("template: a segment of the path is made of dots");
  }
  return {};
}

}  // namespace tt::tmpl
