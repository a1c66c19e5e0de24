// Host, Origin, credentials, content type, in that order.
// SPDX-License-Identifier: Apache-2.0
#include "api/guard.h"

#include "api/request.h"
#include "base/text.h"
#include "pipeline/own_host.h"
#include "portals/kit/authorise.h"

namespace tt::api {
std::optional<net::HttpAnswer> guard(const pipeline::Settings& settings,
                                     const net::HttpRequest& request) {
  // A unix socket has no address that a page could be made to name.
  if (request.peer != "unix" &&
      !pipeline::is_own_host(pipeline::own_hosts(settings), request.header("host")))
    return error_answer(403, "this Host is not served; add it to `api.hosts`");
  if (portals::is_foreign_origin(*request.headers))
    return error_answer(403, "requests of other origins are refused");
  if (!portals::authorised(settings.api.auth, *request.headers, request.client_certificate)) {
    net::HttpAnswer answer = error_answer(401, "not authorised");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  return std::nullopt;
}

std::optional<net::HttpAnswer> guard_change(const net::HttpRequest& request) {
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (changes && !to_lower(request.header("content-type")).starts_with("application/json"))
    return error_answer(415, "state changes are sent as application/json");
  return std::nullopt;
}

}  // namespace tt::api
