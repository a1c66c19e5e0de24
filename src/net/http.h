// HTTP messages as values: what the server hands in and the client sends out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tt::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Value of the first header with that name (case-insensitive), or empty.
std::string_view find_header(const Headers& headers, std::string_view name);
bool has_header(const Headers& headers, std::string_view name);
/// "OK", "Not Found" ...; "Unknown" for a status without a registered phrase.
std::string_view reason_phrase(int status);

/// An answer of our server. `body` is sent as it is; Content-Length, Date and Connection are the
/// server's business.
struct HttpAnswer {
  int status = 200;
  std::string_view content_type = "application/json";  ///< A literal.
  std::string body;
  Headers headers;
};

}  // namespace tt::net
