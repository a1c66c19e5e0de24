// Host, Origin, credentials, content type, in that order.
// SPDX-License-Identifier: Apache-2.0
#include "api/guard.h"

#include <algorithm>

#include "api/request.h"
#include "base/text.h"
#include "portals/kit/authorise.h"

namespace tt::api {
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

bool is_ours(const pipeline::Settings& settings, std::string_view host) {
  if (equal_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "::1") return true;
  const auto fits = [&](const net::ListenAddress& a) { return equal_ignoring_case(a.host, host); };
  if (std::any_of(settings.listen.begin(), settings.listen.end(), fits) ||
      std::any_of(settings.api.listen.begin(), settings.api.listen.end(), fits))
    return true;
  return std::any_of(settings.api.hosts.begin(), settings.api.hosts.end(),
                     [&](const std::string& name) { return equal_ignoring_case(name, host); });
}

}  // namespace

std::optional<net::HttpAnswer> guard(const pipeline::Settings& settings,
                                     const net::HttpRequest& request) {
  // A unix socket has no address that a page could be made to name.
  if (request.peer != "unix" && !is_ours(settings, host_of(request.header("host"))))
    return error_answer(403, "this Host is not served; add it to `api.hosts`");
  if (const std::string_view origin = request.header("origin"); !origin.empty()) {
    const std::size_t scheme = origin.find("://");
    if (scheme == std::string_view::npos ||
        !equal_ignoring_case(origin.substr(scheme + 3), request.header("host")))
      return error_answer(403, "requests of other origins are refused");
  }
  if (!portals::authorised(settings.api.auth, *request.headers, request.client_certificate)) {
    net::HttpAnswer answer = error_answer(401, "not authorised");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (changes && !to_lower(request.header("content-type")).starts_with("application/json"))
    return error_answer(415, "state changes are sent as application/json");
  return std::nullopt;
}

}  // namespace tt::api
