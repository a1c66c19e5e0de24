// Host headers against the names that the configuration knows.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/own_host.h"

#include <algorithm>

#include "base/text.h"

namespace tt::pipeline {
namespace {

/// "host:8420" -> "host", "[::1]:8420" -> "::1".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? authority : authority.substr(1, end - 1);
  }
  const std::size_t colon = authority.rfind(':');
  return colon == std::string_view::npos ? authority : authority.substr(0, colon);
}

}  // namespace

std::vector<std::string> own_hosts(const Settings& settings) {
  std::vector<std::string> own = settings.api.hosts;
  for (const auto* listen : {&settings.listen, &settings.api.listen})
    for (const net::ListenAddress& address : *listen)
      if (!address.host.empty()) own.push_back(address.host);  // A unix socket has none.
  return own;
}

bool is_own_host(const std::vector<std::string>& own, std::string_view header) {
  const std::string_view host = host_of(header);
  if (equal_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "::1") return true;
  return std::any_of(own.begin(), own.end(),
                     [&](const std::string& name) { return equal_ignoring_case(name, host); });
}

}  // namespace tt::pipeline
