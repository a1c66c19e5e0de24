// Entry portal: any JSON, form or text webhook, mapped to an event by templates.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "event/writer.h"
#include "portals/entry/hook/body.h"
#include "portals/entry/hook/guess.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"
#include "template/event_scope.h"
#include "template/json_template.h"

namespace tt::portals::entry::hook {
namespace {

constexpr std::size_t kEventsMax = 10'000;
constexpr std::size_t kPartsMax = event::Limits{}.fields_max;
constexpr std::size_t kTextRunesMax = 4'000;  // Of a body that is plain text.

struct Config {
  std::string path = "/hooks/hook";
  std::vector<std::pair<std::string, tmpl::JsonTemplate>> map;
  std::string key_header;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the hooks are posted to."),
        config::field(
            "map", &Config::map,
            "Fields of the event, as templates over the sender's fields (`event.*`) and the "
            "request's headers (`event[\"header.x-name\"]`).")
            .default_text("message from message, text, title, subject, summary or description")
            .example("{message: \"{{ event.build.name }} is {{ event.build.status }}\"}"),
        config::field("key_header", &Config::key_header,
                      "Header that is the same when the sender repeats a hook.")
            .default_text("Idempotency-Key, webhook-id"),
    };
  }
};

/// The sender's fields and the headers as one flat event for the templates to look at.
void flatten(const EntryRequest& request, const boost::json::value& body, std::string_view json,
             event::EventBatch& batch) {
  event::EventWriter writer(batch, {.event_bytes_max = 64u << 20, .fields_max = 100'000});
  writer.begin();
  const boost::json::object* map = body.if_object();
  // What is too deep or too large as a whole is taken by its members.
  if (map && !writer.set_flattened("", json))
    for (const auto& [name, value] : *map)
      if (!writer.set_flattened(std::string_view(name), json_text(value))) continue;
  if (request.headers)
    for (const auto& [name, value] : *request.headers)
      writer.set_text("header." + to_lower(to_utf8(name)), to_utf8(value));
  // Named fields of another type would be refused: what templates see is text or nothing.
  for (const std::string_view name : event::kNamedFields) {
    const boost::json::value* value = map ? map->if_contains(name) : nullptr;
    if (!value || value->is_string()) continue;
    writer.unset(name);
    if (!value->is_structured() && !value->is_null()) writer.set_text(name, json_text(*value));
  }
  if (text_at(body, "message").empty() && any_text_at(body, "message").empty())
    writer.set_text("message", "-");
  if (const std::string time = any_text_at(body, "timestamp"); !time.empty() && !parse_time(time))
    writer.unset("timestamp");
  if (!writer.finish(request.now_ns)) writer.abandon();
}

bool is_text_field(std::string_view name) {
  const auto has = [&](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return has(event::kNamedFields) || has(event::kWellKnownFields);
}

/// One member of `map`, flattened as an event wants it.
void add_field(HookEvent& event, const std::string& name, const boost::json::value& value) {
  // More is cut in any case, and a hook may hold a hundred thousand.
  if (event.parts().size() > kPartsMax) return;
  const boost::json::object* map = value.if_object();
  const boost::json::array* list = value.if_array();
  if (is_text_field(name)) {
    const std::string text = value.is_structured() ? json_text(value) : any_text_at(value, "");
    event.text(name, name == "severity" ? normalise_severity(text, text) : text);
  } else if (map && !map->empty()) {
    for (const auto& [key, member] : *map)
      add_field(event, name + "." + std::string(std::string_view(key)), member);
  } else if (list && std::any_of(list->begin(), list->end(),
                                 [](const auto& one) { return one.is_structured(); })) {
    for (std::size_t i = 0; i < list->size(); ++i)
      add_field(event, name + "." + std::to_string(i), (*list)[i]);
  } else if (!value.is_null() && !(value.is_string() && value.get_string().empty())) {
    event.json(name, json_text(value));
  }
}

void add_mapped(const Config& config, const EntryRequest& request, const DecodeContext& context,
                const boost::json::value& body, std::string_view json, HookEvent& event) {
  if (config.map.empty()) return;
  event::EventBatch seen;
  flatten(request, body, json, seen);
  if (seen.empty()) return;
  const tmpl::EventEnvironment& environment =
      context.environment ? *context.environment : tmpl::shared_event_environment();
  const tmpl::EventScope scope(environment, seen[0], {.received_ns = request.now_ns});
  for (const auto& [name, value] : config.map) {
    const std::string rendered = value.render(scope);
    const auto parsed = parse_json(rendered, nullptr, kDepthMax);
    if (!parsed) continue;
    // Numbers keep their spelling where they stand alone.
    if (parsed->is_number() && !is_text_field(name))
      event.json(name, rendered);
    else
      add_field(event, name, *parsed);
  }
}

/// One event of `json`; null `body`: the text is no JSON.
void add_event(const Config& config, const EntryRequest& request, const DecodeContext& context,
               const boost::json::value* body, std::string_view json, EntryEvents& out) {
  HookEvent event;
  event.text("kind", "urn:hook");
  event.text("severity", "info");
  if (body) {
    event.text("message", guess_message(*body, json));
    event.text("view_link", guess_view_link(*body));
    for (const std::string_view name : {"kind", "source", "view_link", "ack_link", "timestamp"})
      event.text(name, text_at(*body, name));
    // A number may be a level of anything.
    event.text("severity", normalise_severity(text_at(*body, "level")));
    event.text("severity", normalise_severity(any_text_at(*body, "severity")));
    add_mapped(config, request, context, *body, json, event);
  } else {
    event.text("message", clip_runes(trim(json), kTextRunesMax));
  }
  add_hook_event(out.events, event, body ? json : std::string_view{}, context, request.now_ns);
}

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  for (const std::string_view name :
       {std::string_view(config.key_header), std::string_view("idempotency-key"),
        std::string_view("webhook-id")})
    if (out.idempotency_key.empty() && !name.empty())
      out.idempotency_key = clip_bytes(request.header(name), 255);

  const bool is_form =
      to_lower(request.header("content-type")).starts_with("application/x-www-form-urlencoded");
  const std::string text = is_form ? form_json(request.body) : std::string(request.body);
  const HookBody body = read_hook_body(text);
  const boost::json::array* list = body.json ? body.json->if_array() : nullptr;
  const bool is_batch =
      list && !list->empty() && list->size() <= kEventsMax &&
      std::all_of(list->begin(), list->end(), [](const auto& one) { return one.is_object(); });
  const auto parts = is_batch ? json_elements(body.text) : std::vector<std::string_view>{};
  if (!is_batch || parts.size() != list->size()) {
    add_event(config, request, context, body.json.get(), body.text, out);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    add_event(config, request, context, &(*list)[i], parts[i], out);
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "hook",
      .summary = "Takes any JSON, form or text webhook and maps it to events.",
      .security = "Hardened against untrusted senders; set `verify` or `auth`.",
      .example =
          "type: hook\npath: /hooks/ci\nverify: {scheme: github, secret: {env: HOOK_SECRET}}\n"
          "map:\n  kind: urn:ci:build\n  message: '{{ event.job }} is {{ event.result }}'\n",
      .kinds = {{"urn:hook", "any hook whose kind is neither mapped nor its own", "*", "*"},
                {"*", "as `map` or the hook itself says", "*", "*"}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::hook
