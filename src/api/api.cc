// The way from a request to the handler of its route.
// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <algorithm>
#include <memory>

#include "api/guard.h"
#include "api/page.h"
#include "api/request.h"
#include "api/routes.h"
#include "api/status.h"
#include "api/tail.h"
#include "base/text.h"

namespace tt::api {
namespace {

/// Exact paths first, then the longest prefix. `others`: methods of the path that were not asked.
const Route* find_route(const std::vector<Route>& all, const net::HttpRequest& request,
                        std::vector<std::string_view>& others) {
  const Route* best = nullptr;
  for (const Route& route : all) {
    const std::string_view prefix = route.prefix();
    const bool fits = route.is_prefix()
                          ? request.path.starts_with(prefix) && request.path.size() > prefix.size()
                          : request.path == prefix;
    if (!fits) continue;
    if (route.method != request.method && !(request.method == "HEAD" && route.method == "GET")) {
      // Of what is answered elsewhere only the probes are there for certain.
      const bool is_there = route.handler || route.method == "GET";
      if (is_there && std::find(others.begin(), others.end(), route.method) == others.end())
        others.push_back(route.method);
      continue;
    }
    if (!route.handler) continue;
    if (!best || prefix.size() > best->prefix().size()) best = &route;
  }
  return best;
}

bool has_shape(std::string_view path, std::string_view of) {
  const auto is = split(path, '/'), must = split(of, '/');
  return is.size() == must.size() &&
         std::equal(is.begin(), is.end(), must.begin(), [](std::string_view a, std::string_view b) {
           return b.starts_with('{') || a == b;
         });
}

/// Of rows with one prefix, which share a handler, those that fit the path are asked by other
/// methods: these. Empty: one is asked by this method, or none fits at all.
std::vector<std::string_view> other_methods(const std::vector<Route>& all, const Route& route,
                                            std::string_view path) {
  std::vector<std::string_view> others;
  for (const Route& one : all) {
    if (one.prefix() != route.prefix() || !one.handler || !has_shape(path, one.path)) continue;
    if (one.method == route.method) return {};
    others.push_back(one.method);
  }
  return others;
}

/// Events that are sent to the API where it listens apart.
net::HttpAnswer not_here(const std::vector<std::string_view>& others) {
  net::HttpAnswer answer =
      error_answer(405, "events go to the main `listen`; here is the API alone (`api.listen`)");
  answer.headers.emplace_back("Allow",
                              join(std::vector<std::string>(others.begin(), others.end()), ", "));
  return answer;
}

/// Refuses parameters that the path does not have: a misspelt filter would be none.
std::optional<net::HttpAnswer> check_parameters(const std::vector<Route>& all, const Route& route,
                                                std::string_view path, const Request& request) {
  // Of rows that share a handler the one that is meant; the handler refuses what none of them is.
  const auto row = std::find_if(all.begin(), all.end(), [&](const Route& one) {
    return one.method == route.method && one.prefix() == route.prefix() &&
           has_shape(path, one.path);
  });
  if (row == all.end()) return std::nullopt;
  std::vector<std::string_view> known;
  if (!row->parameters.empty()) known = split(row->parameters, ' ');
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return error_answer(400,
                        "unknown parameter `" + name + "`; " +
                            (known.empty() ? "this path takes none" : meant_or_known(name, known)));
  }
  return std::nullopt;
}

/// Without a listener of its own the API is beside the entries.
bool serves_entries(const pipeline::Daemon& daemon) {
  return daemon.settings()->api.listen.empty();
}

net::HttpAnswer no_path(pipeline::Daemon& daemon, const std::vector<Route>& all,
                        std::string_view path) {
  const std::vector<pipeline::EntryStatus> entries = daemon.entries();
  std::vector<std::string_view> paths;
  for (const Route& route : all)
    if (!route.is_prefix()) paths.push_back(route.path);
  for (const pipeline::EntryStatus& entry : entries)
    if (!entry.path.empty() && serves_entries(daemon)) paths.push_back(entry.path);
  const std::string_view near = did_you_mean(path, paths);
  return error_answer(404, near.empty()
                               ? "no such path; the API is under /api/v1"
                               : "no such path; did you mean `" + std::string(near) + "`?");
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
    std::string body = ready ? "ready\n" : "not ready\n";
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
    std::vector<std::string_view> others;
    const Route* route = find_route(*all, request, others);
    // Senders, whom the guard does not know, are told how their entry is asked.
    if (!route && serves_entries(daemon)) {
      const auto of_entry = daemon.methods_at(request.path);
      others.insert(others.end(), of_entry.begin(), of_entry.end());
      if (!of_entry.empty()) return responder.answer(net::method_answer(request.method, others));
    }
    if (auto refusal = guard(*daemon.settings(), request))
      return responder.answer(*std::move(refusal));
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (reads && request.path == "/metrics")
      return daemon.metrics_text([responder](std::string text) mutable {
        responder.answer(
            {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)});
      });
    if (reads && request.path == "/openapi.json")
      return responder.answer(json_answer(openapi_json()));
    if (request.path == "/" && request.method != "POST")
      return responder.answer(front_page(daemon));
    if (!route && request.method == "POST" && !others.empty() &&
        !daemon.methods_at(request.path).empty())
      return responder.answer(not_here(others));
    if (!route)
      return responder.answer(others.empty() ? no_path(daemon, *all, request.path)
                                             : net::method_answer(request.method, others));
    if (const auto methods = other_methods(*all, *route, request.path); !methods.empty())
      return responder.answer(net::method_answer(request.method, methods));
    if (auto refusal = guard_change(request)) return responder.answer(*std::move(refusal));
    Request copy = copy_request(request);
    if (auto refusal = check_parameters(*all, *route, request.path, copy))
      return responder.answer(*std::move(refusal));
    copy.path = route->is_prefix() ? copy.path.substr(route->prefix().size()) : "";
    daemon.run_blocking([&daemon, route, all, copy = std::move(copy), responder]() mutable {
      route->handler(daemon, copy, std::move(responder));
    });
  };
}

}  // namespace tt::api
