// The table of routes, and the way from a request to its handler.
// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <memory>

#include "api/guard.h"
#include "api/page.h"
#include "api/request.h"
#include "api/search.h"
#include "api/status.h"
#include "api/tail.h"

namespace tt::api {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;  ///< Ends in `/`: a prefix, and what follows is request.path.
  Handler handler;
};

std::vector<Route> routes(const std::shared_ptr<Tail>& tail) {
  return {
      {"GET", "/api/v1/events", search},
      {"GET", "/api/v1/events/stream",
       [tail](pipeline::Daemon&, const Request& request, net::Responder responder) {
         tail->open(request, std::move(responder));
       }},
      {"GET", "/api/v1/events/", show_event},
      {"GET", "/api/v1/status", show_status},
      {"GET", "/api/v1/entries", list_entries},
      {"GET", "/api/v1/entries/", list_entries},
      {"GET", "/api/v1/exits", list_exits},
      {"GET", "/api/v1/exits/", list_exits},
      {"POST", "/api/v1/exits/", change_exit},
      {"GET", "/api/v1/rules", list_rules},
      {"GET", "/api/v1/config/status", show_config},
      {"POST", "/api/v1/reload", reload},
      {"GET", "/api/v1/dead", list_dead},
      {"GET", "/api/v1/dead/", list_dead},
      {"POST", "/api/v1/dead/", retry_dead},
  };
}

/// Exact paths first, then the longest prefix. `other_method` tells 405 from 404.
const Route* find_route(const std::vector<Route>& all, const net::HttpRequest& request,
                        bool& other_method) {
  const Route* best = nullptr;
  for (const Route& route : all) {
    const bool fits = route.path.ends_with('/') ? request.path.starts_with(route.path) &&
                                                      request.path.size() > route.path.size()
                                                : request.path == route.path;
    if (!fits) continue;
    if (route.method != request.method && !(request.method == "HEAD" && route.method == "GET")) {
      other_method = true;
      continue;
    }
    if (!best || route.path.size() > best->path.size()) best = &route;
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
    responder.answer({.status = ready ? 200 : 503,
                      .content_type = "text/plain",
                      .body = ready ? "ready\n" : "intake is closed\n"});
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
      return responder.answer({.content_type = "text/plain; version=0.0.4; charset=utf-8",
                               .body = daemon.metrics().render()});
    if (request.path == "/" && request.method != "POST")
      return responder.answer(front_page(daemon));
    bool other_method = false;
    const Route* route = find_route(*all, request, other_method);
    if (!route)
      return responder.answer(
          other_method ? error_answer(405, "this path does not take " + std::string(request.method))
                       : error_answer(404, "no such path; the API is under /api/v1"));
    Request copy = copy_request(request);
    copy.path = route->path.ends_with('/') ? copy.path.substr(route->path.size()) : "";
    daemon.run_blocking([&daemon, route, all, copy = std::move(copy), responder]() mutable {
      route->handler(daemon, copy, std::move(responder));
    });
  };
}

}  // namespace tt::api
