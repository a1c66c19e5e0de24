// What programs and people read of the routes: OpenAPI, and the page of the reference.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "api/api.h"
#include "api/routes.h"
#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

struct Parameter {
  std::string_view name, meaning;
};

// A parameter means the same on every route.
constexpr Parameter kParameters[] = {
    {"where", "CEL condition over `event` and `meta`, as in rules."},
    {"kind", "Kind, or the beginning of it up to a colon."},
    {"exit", "Events that the rules in force send to this exit."},
    {"rule", "Events that the rule of this name sends somewhere."},
    {"since",
     "Age (`2h`), time (RFC 3339) or event id; inclusive. Of dead letters the time of their last "
     "attempt."},
    {"until", "As `since`; exclusive."},
    {"limit", "At most this many."},
    {"order", "`desc` (default: the newest first) or `asc`."},
    {"next", "The `next` of the answer before: its next page."},
    {"after", "Dead letters with a higher number."},
    {"reason", "Dead letters with this reason: `rejected`, `exhausted`, ..."},
    {"as",
     "`json` (default); of dead letters `ndjson`: one a line, `events`: their events, one a line, "
     "with the header `TT-Next` instead of `next`; of an event `test`: YAML for `vortex test`, "
     "without secrets; of its why "
     "`text`: as `tictoc why` prints it."},
    {"rate", "Of a replay: events, `100/s` unless given."},
    {"allow_paging", "True: also through an exit that wakes people or starts machines."},
    {"allow_removed", "True: also when retention has removed a part of the range."},
    {"dry_run", "True: tells what would be sent, and sends nothing."},
    {"generation", "Number of a kept generation to judge by, beside those that did."},
};

std::string_view meaning_of(std::string_view name) {
  for (const Parameter& parameter : kParameters)
    if (parameter.name == name) return parameter.meaning;
  return "As in the answer of the list.";
}

std::vector<std::string_view> names_in_path(std::string_view path) {
  std::vector<std::string_view> names;
  for (const std::string_view segment : split(path, '/'))
    if (segment.starts_with('{')) names.push_back(segment.substr(1, segment.size() - 2));
  return names;
}

std::vector<std::string_view> names_in_query(const Route& route) {
  if (route.parameters.empty()) return {};
  return split(route.parameters, ' ');
}

void write_parameter(portals::JsonWriter& json, std::string_view name, std::string_view in) {
  json.map().key("name").text(name).key("in").text(in);
  json.key("required").boolean(in == "path").key("description").text(meaning_of(name));
  json.key("schema").map().key("type").text("string").end().end();
}

bool is_flag(std::string_view name) { return name == "dry_run" || name.starts_with("allow_"); }

void write_body(portals::JsonWriter& json, const Route& route) {
  json.key("requestBody").map().key("content").map().key("application/json").map();
  json.key("schema").map();
  if (!route.body.empty()) {
    json.key("type").text("object").key("properties").map();
    for (const std::string_view name : split(route.body, ' ')) {
      json.key(name).map().key("type").text(is_flag(name) ? "boolean" : "string");
      json.key("description").text(meaning_of(name)).end();
    }
    json.end();
  }
  json.end().end().end().end();
}

void write_operation(portals::JsonWriter& json, const Route& route) {
  json.key(to_lower(route.method)).map().key("summary").text(route.summary);
  json.key("parameters").list();
  for (const std::string_view name : names_in_path(route.path)) write_parameter(json, name, "path");
  for (const std::string_view name : names_in_query(route)) write_parameter(json, name, "query");
  json.end();
  if (route.method == "POST") write_body(json, route);
  const bool stores = route.method == "POST" && !route.handler;
  json.key("responses").map().key(stores ? "202" : "200").map();
  json.key("description").text(stores ? "Stored as durably as `TT-Ack` says." : "Done.").end();
  json.key("default").map().key("description").text("`{\"error\": TEXT}`").end().end().end();
}

}  // namespace

std::string openapi_json() {
  std::map<std::string_view, std::vector<Route>> by_path;
  for (Route& route : routes(nullptr)) by_path[route.path].push_back(std::move(route));
  portals::JsonWriter json;
  json.map().key("openapi").text("3.1.0").key("info").map();
  json.key("title").text("time-tunnel").key("version").text("v1").end();
  json.key("paths").map();
  for (const auto& [path, operations] : by_path) {
    json.key(path).map();
    for (const Route& route : operations) write_operation(json, route);
    json.end();
  }
  return json.end().end().take();
}

std::string api_page() {
  std::string text =
      "# HTTP API\n\nErrors are `{\"error\": TEXT}`. State changes are sent as "
      "`application/json`. `/openapi.json` tells the same to programs. Entries answer beside these "
      "routes, on the paths of the configuration.\n\n| method | path | what it does | query, or "
      "members of the body |\n|---|---|---|---|\n";
  for (const Route& route : routes(nullptr)) {
    std::string query;
    for (const std::string_view name :
         split(route.body.empty() ? route.parameters : route.body, ' '))
      if (!name.empty()) query += fmt::format("{}`{}`", query.empty() ? "" : ", ", name);
    text +=
        fmt::format("| {} | `{}` | {} | {} |\n", route.method, route.path, route.summary, query);
  }
  text += "\n## Query and body\n\n| name | meaning |\n|---|---|\n";
  for (const Parameter& parameter : kParameters)
    text += fmt::format("| `{}` | {} |\n", parameter.name, parameter.meaning);
  return text;
}

}  // namespace tt::api
