// The way from a request to the handler of its route.
// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <memory>

#include "api/guard.h"
#include "api/page.h"
#include "api/request.h"
#include "api/routes.h"
#include "api/status.h"
#include "api/tail.h"

namespace tt::api {
namespace {

/// Exact paths first, then the longest prefix. `other_method` tells 405 from 404.
const Route* find_route(const std::vector<Route>& all, const net::HttpRequest& request,
                        bool& other_method) {
  const Route* best = nullptr;
  for (const Route& route : all) {
    const std::string_view prefix = route.prefix();
    const bool fits = route.is_prefix()
                          ? request.path.starts_with(prefix) && request.path.size() > prefix.size()
                          : request.path == prefix;
    if (!fits || !route.handler) continue;
    if (route.method != request.method && !(request.method == "HEAD" && route.method == "GET")) {
      other_method = true;
      continue;
    }
    if (!best || prefix.size() > best->prefix().size()) best = &route;
  }
  return best;
}

/// What probes and scrapers ask for; answered at once, without the guard's Host check but /metrics.
bool answer_probe(pipeline::Daemon& daemon, const net::HttpRequest& request,
                  net::Responder& responder) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  if (request.path == "/healthz") {
    responder.answer({.content_type = "text/plain", .body = "ok\n"});
    return true;
  }
  if (request.path == "/readyz") {
    const bool ready = daemon.is_ready();
    std::string body = ready ? "ready\n" : "intake is closed\n";
    for (const std::string& one : degraded(daemon)) body += "degraded: " + one + "\n";
    responder.answer(
        {.status = ready ? 200 : 503, .content_type = "text/plain", .body = std::move(body)});
    return true;
  }
  return false;
}

}  // namespace

pipeline::Daemon::ApiHandler make_handler(pipeline::Daemon& daemon) {
  const auto tail = std::make_shared<Tail>(daemon);
  tail->start();
  const auto all = std::make_shared<const std::vector<Route>>(routes(tail));
  return [&daemon, all](const net::HttpRequest& request, net::Responder responder) {
    if (answer_probe(daemon, request, responder)) return;
    if (auto refusal = guard(*daemon.settings(), request))
      return responder.answer(*std::move(refusal));
    if (request.path == "/metrics")
      return daemon.metrics_text([responder](std::string text) mutable {
        responder.answer(
            {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)});
      });
    if (request.path == "/openapi.json") return responder.answer(json_answer(openapi_json()));
    if (request.path == "/" && request.method != "POST")
      return responder.answer(front_page(daemon));
    bool other_method = false;
    const Route* route = find_route(*all, request, other_method);
    if (!route)
      return responder.answer(
          other_method ? error_answer(405, "this path does not take " + std::string(request.method))
                       : error_answer(404, "no such path; the API is under /api/v1"));
    Request copy = copy_request(request);
    copy.path = route->is_prefix() ? copy.path.substr(route->prefix().size()) : "";
    daemon.run_blocking([&daemon, route, all, copy = std::move(copy), responder]() mutable {
      route->handler(daemon, copy, std::move(responder));
    });
  };
}

}  // namespace tt::api
