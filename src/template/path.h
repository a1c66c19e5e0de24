// Paths with values of events in them: what must not become of one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"

namespace tt::tmpl {

/// Whether a percent-encoded segment says `.` or `..`, alone or between encoded slashes. Servers
/// and proxies that tidy paths up take `%2E%2E` for `..` (RFC 3986 section 6.2.2.2).
bool is_climbing_segment(std::string_view segment);

/// `path` as rendered for Escape::kPathSegment, `as_written` with its holes. kReject, with a text
/// that begins with "template", when a value has emptied a segment or made it climb: the request
/// would reach another place than its author meant.
Status check_path(std::string_view path, std::string_view as_written);

}  // namespace tt::tmpl
