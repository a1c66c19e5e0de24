// Events on their way to a plugin that delivers by itself.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/deliver_call.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/text.h"
#include "event/writer.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"
#include "portals/plugin/results.h"

namespace tt::portals::plugin {
namespace {

void write_options(JsonWriter& json, const PluginOptions& options, const OutgoingEvent& event,
                   tmpl::HoleFailures& failures) {
  if (options.templates.empty() || !event.scope) return;
  std::vector<std::string_view> failed;
  json.key("options").map();
  for (const auto& [name, text] : options.templates) {
    const std::size_t before = failures.count;
    json.key(name).text(text.render(*event.scope, {.failures = &failures}));
    if (failures.count > before) failed.push_back(name);
  }
  json.end();
  if (failed.empty()) return;
  json.key("failed").list();
  for (const std::string_view name : failed) json.text(name);
  json.end();
}

/// A line read back; the texts stay in `line` and `meta`.
struct Line {
  std::shared_ptr<const boost::json::value> meta;
  event::EventBatch events;

  RenderOption render() const {
    return [meta = meta](std::string_view name, bool strict) -> std::optional<std::string> {
      const auto* options = map_at(*meta, "options");
      const auto* text = options ? options->if_contains(name) : nullptr;
      if (!text || !text->is_string()) return std::nullopt;
      if (const auto* failed = strict ? list_at(*meta, "failed") : nullptr)
        for (const boost::json::value& one : *failed)
          if (text_at(one, "") == name) return std::nullopt;
      return std::string(text_at(*text, ""));
    };
  }
};

std::optional<Line> read_line(std::string_view text) {
  Line line;
  std::string meta = "{";
  for (const JsonMember& member : json_members(text)) {
    if (member.name != "event") {
      meta += (meta.size() > 1 ? "," : "") + json_string(member.name) + ":";
      meta += member.value;
      continue;
    }
    // Without limits: those of what `set` makes of an event were kept.
    if (!event::index_canonical(member.value, line.events).ok()) return std::nullopt;
  }
  line.meta = parse_json(meta + "}");
  if (!line.meta || line.events.size() != 1) return std::nullopt;
  return line;
}

std::string verdict_list(const CallResults& results, std::size_t count,
                         const SecretTexts& secrets) {
  JsonWriter json;
  json.list();
  for (std::size_t i = 0; i < count; ++i) {
    const Verdict verdict = results.verdict(i, secrets);
    json.map()
        .key("code")
        .text(to_string(verdict.kind))
        .some("text", verdict.text + verdict.reference);  // One of the two is empty.
    if (verdict.retry_after_ns) json.key("after_ms").number(*verdict.retry_after_ns / kNsPerMs);
    json.end();
  }
  return json.end().take();
}

ExitAnswer no_delivery(std::string why, bool is_misconfigured) {
  ExitAnswer answer;
  answer.error = std::move(why);
  answer.is_misconfigured = is_misconfigured;
  return answer;
}

}  // namespace

Result<ExitRequest> deliver_request(const PluginOptions& options,
                                    std::span<const OutgoingEvent> events) {
  ExitRequest request{.method = ""};
  for (const OutgoingEvent& event : events) {
    JsonWriter json;
    json.map().key("id").text(event.id).key("seq").number(
        static_cast<std::int64_t>(event.meta.seq));
    json.key("received_ns").number(event.meta.received_ns).key("entry").text(event.meta.entry);
    write_options(json, options, event, request.failures);
    request.body += json.key("event").raw(event.event.json).end().take() + "\n";
  }
  return request;
}

ExitAnswer call_deliver(Instance& instance, std::string_view text) {
  const auto life = instance.life();
  if (!life.ok()) return no_delivery(life.error().text, true);
  std::deque<Line> lines;  // Of which the events borrow.
  CallEvents call;
  for (const std::string_view part : split(trim(text), '\n')) {
    auto line = read_line(part);
    if (!line) return no_delivery("an event cannot be read back", false);
    const Line& kept = lines.emplace_back(*std::move(line));
    OutgoingEvent event{.event = kept.events[0], .id = text_at(*kept.meta, "id")};
    event.meta = {.id = event.id,
                  .seq = static_cast<std::uint64_t>(int_at(*kept.meta, "seq")),
                  .received_ns = int_at(*kept.meta, "received_ns"),
                  .entry = text_at(*kept.meta, "entry")};
    call.add(event, event.id, kept.render());
  }
  CallResults results(call.size(), TT_UNSET);
  instance.type().table->deliver((*life)->self(), call.list(), call.size(), results.list());
  ExitAnswer answer;
  answer.status = ExitAnswer::kNoStatus;
  answer.was_sent = true;
  answer.body = verdict_list(results, call.size(), (*life)->secrets());
  return answer;
}

}  // namespace tt::portals::plugin
