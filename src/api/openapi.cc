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

// What POST /api/v1/events answers: portals/entry/http, and pipeline/intake before and after it.
struct EventAnswer {
  std::string_view status, schema, meaning;
  bool can_be_repeated = false;  ///< With `Retry-After`.
};
constexpr EventAnswer kEventAnswers[] = {
    {"202", "Accepted",
     "Stored as safely as the header `TT-Ack` says (`disk`, `written`, `memory`), but for those in "
     "`rejected`."},
    {"400", "Error",
     "Nothing is stored: no JSON, and `line` and `byte` say where; or the body does not match its "
     "`Content-Encoding`."},
    {"401", "Error", "The entry's `auth` is not met; always the same body."},
    {"403", "Error", "The sender's address is not in the entry's `allow`."},
    {"413", "Error",
     "Nothing is stored: the body is over `max_body`, or decoded over 16 MiB, or has more than "
     "10,000 events."},
    {"415", "Error", "The content type or the encoding is not understood."},
    {"422", "Accepted", "Every event is in `rejected`; nothing is stored."},
    {"429", "Error", "The sender is beyond the entry's `rate`.", true},
    {"503", "Error",
     "Nothing is stored: the disk is full, an exit holds the intake, too many bodies are on their "
     "way, or the daemon stops.",
     true},
};

constexpr std::string_view kSchemas =
    R"({"Error":{"type":"object","required":["error"],"properties":{"error":{"type":"string"},)"
    R"("line":{"type":"integer","description":"Of a syntax error; from 1."},)"
    R"("byte":{"type":"integer","description":"In the line; from 1."}}},)"
    R"("Accepted":{"type":"object","required":["accepted","ids","rejected"],"properties":{)"
    R"("accepted":{"type":"integer"},"ids":{"type":"array","items":{"type":"string"},)"
    R"("maxItems":2,"description":"The id; or the first and the last one."},)"
    R"("rejected":{"type":"array","items":{"type":"object","required":["index","error"],)"
    R"("properties":{"index":{"type":"integer","description":"In the request; from 0."},)"
    R"("error":{"type":"string"}}}}}},)"
    R"("Event":{"type":"object","required":["message"],"properties":{)"
    R"("message":{"type":"string","minLength":1}},"additionalProperties":true}})";

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

void write_schema(portals::JsonWriter& json, std::string_view schema) {
  json.key("content").map().key("application/json").map().key("schema").map();
  json.key("$ref").text("#/components/schemas/" + std::string(schema)).end().end().end();
}

void write_event_body(portals::JsonWriter& json) {
  constexpr std::string_view kOne = R"({"$ref":"#/components/schemas/Event"})";
  json.key("requestBody").map().key("required").boolean(true).key("content").map();
  json.key("application/json").map().key("schema").map().key("oneOf").list().raw(kOne);
  json.map().key("type").text("array").key("items").raw(kOne).end().end().end().end();
  json.key("application/x-ndjson").map().key("schema").map().key("type").text("string");
  json.key("description").text("One event a line.").end().end().end().end();
}

void write_event_answers(portals::JsonWriter& json) {
  for (const EventAnswer& answer : kEventAnswers) {
    json.key(answer.status).map().key("description").text(answer.meaning);
    const std::string_view header = answer.can_be_repeated   ? "Retry-After"
                                    : answer.status == "202" ? "TT-Ack"
                                                             : "";
    if (!header.empty())
      json.key("headers").map().key(header).raw(R"({"schema":{"type":"string"}})").end();
    write_schema(json, answer.schema);
    json.end();
  }
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
  const bool stores = route.method == "POST" && !route.handler;
  if (stores)
    write_event_body(json);
  else if (route.method == "POST")
    write_body(json, route);
  json.key("responses").map();
  if (stores)
    write_event_answers(json);
  else
    json.key("200").map().key("description").text("Done.").end();
  json.key("default").map().key("description").text("Why not.");
  write_schema(json, "Error");
  json.end().end().end();
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
  json.end().key("components").map().key("schemas").raw(kSchemas).end();
  return json.end().take();
}

std::string api_page() {
  std::string text =
      "# HTTP API\n\nErrors are `{\"error\": TEXT}`. State changes are sent as "
      "`application/json`. A query parameter that a path does not have is an error. "
      "`/openapi.json` tells the same to programs. Entries answer beside these "
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
  text +=
      "\n## Answers to events\n\nOf `POST /api/v1/events`, and of every other path of an entry of "
      "type `http`. `202` and `422` have `{\"accepted\": N, \"ids\": [ID] or [FIRST, LAST], "
      "\"rejected\": [{\"index\": N, \"error\": TEXT}]}`, the others `{\"error\": TEXT}`.\n\n"
      "| status | means |\n|---|---|\n";
  for (const EventAnswer& answer : kEventAnswers)
    text += fmt::format("| {} | {}{} |\n", answer.status, answer.meaning,
                        answer.can_be_repeated ? " `Retry-After` says when to come again." : "");
  return text;
}

}  // namespace tt::api
