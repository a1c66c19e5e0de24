// Plain HTML without scripts, under a policy that allows none.
// SPDX-License-Identifier: Apache-2.0
#include "api/page.h"

#include "template/template.h"

namespace tt::api {

net::HttpAnswer front_page(pipeline::Daemon& daemon) {
  std::string entries;
  for (const auto& entry : daemon.settings()->entries) {
    const std::string path = entry.portal->path();
    if (path.empty()) continue;
    entries += "<li><code>";
    tmpl::append_escaped(entries, path, tmpl::Escape::kHtml);
    entries += "</code> (" + std::string(entry.type->name) + ")</li>\n";
  }
  std::string body =
      "<!doctype html><html lang=en><meta charset=utf-8><title>time-tunnel</title>\n"
      "<style>body{font:16px/1.5 system-ui;margin:3em auto;max-width:40em;padding:0 1em}"
      "code{background:#eee;padding:.1em .3em}</style>\n"
      "<h1>time-tunnel</h1>\n<p>The event router with a memory is running.</p>\n"
      "<h2>Send events to</h2>\n<ul>\n" +
      entries +
      "</ul>\n<h2>Look</h2>\n<ul>\n"
      "<li><a href=/api/v1/events>the newest events</a></li>\n"
      "<li><a href=/api/v1/status>status of entries and exits</a></li>\n"
      "<li><a href=/api/v1/rules>rules in force</a></li>\n"
      "<li><a href=/api/v1/dead>dead letters</a></li>\n"
      "<li><a href=/metrics>metrics</a></li>\n<li><a href=/openapi.json>the HTTP "
      "API</a></li>\n</ul>\n</html>\n";
  return {.content_type = "text/html; charset=utf-8",
          .body = std::move(body),
          .headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                       "form-action 'none'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}}};
}

}  // namespace tt::api
