// Entries, exits, rules, configuration: read from the daemon, written as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "api/status.h"

#include <boost/json/value.hpp>

#include "api/replay.h"
#include "base/units.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

using portals::JsonWriter;

JsonWriter& time(JsonWriter& json, std::string_view name, WallNs time_ns) {
  return time_ns ? json.key(name).text(format_time_us(time_ns)) : json.key(name).raw("null");
}

void write_exit(JsonWriter& json, const pipeline::ExitStatus& exit) {
  json.map()
      .key("name")
      .text(exit.name)
      .key("type")
      .text(exit.type)
      .key("target")
      .text(exit.target)
      .key("state")
      .text(exit.state)
      .key("problem")
      .text(exit.problem);
  write_number(json, "cursor", exit.cursor);
  write_number(json, "position", exit.position);
  write_number(json, "behind", exit.behind);
  time(json, "since", exit.since_ns);
  write_number(json, "accepted", exit.accepted);
  write_number(json, "delivered", exit.delivered);
  write_number(json, "filtered", exit.filtered);
  write_number(json, "suppressed", exit.suppressed);
  write_number(json, "dead", exit.dead);
  write_number(json, "pending", exit.pending);
  write_number(json, "lag_bytes", exit.lag_bytes);
  write_number(json, "lag_seconds", static_cast<std::uint64_t>(exit.lag_age_ns / kNsPerSec));
  write_number(json, "lag_percent", static_cast<std::uint64_t>(exit.lag_percent));
  json.key("holds_intake").boolean(exit.holds_intake);
  write_number(json, "retries", exit.retries);
  write_number(json, "in_flight", exit.in_flight);
  write_number(json, "parked", exit.parked);
  write_number(json, "held_bytes", exit.held_bytes);
  time(json, "last_delivered", exit.last_delivered_ns);
  time(json, "next_attempt", exit.next_attempt_ns).end();
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(name).list();
  for (const std::string& text : texts) json.text(text);
  json.end();
}

void write_entry(JsonWriter& json, const pipeline::EntryStatus& entry) {
  json.map().key("name").text(entry.name).key("type").text(entry.type).some("path", entry.path);
  write_texts(json, "listen", entry.listen);
  write_texts(json, "patterns", entry.patterns);
  if (entry.files) {
    write_number(json, "files", entry.files->files);
    write_number(json, "unread_bytes", entry.files->unread_bytes);
  }
  if (entry.worker) {
    json.key("state").text(entry.worker->state);
    write_number(json, "restarts", entry.worker->ends);
    json.some("last_error", entry.worker->last_error);
  }
  json.some("problem", entry.problem);
  write_number(json, "requests", entry.requests);
  write_number(json, "accepted", entry.accepted);
  write_number(json, "rejected", entry.rejected);
  write_number(json, "refused", entry.refused);
  write_number(json, "unauthorised", entry.unauthorised);
  write_number(json, "repeats", entry.repeats).end();
}

std::string report_json(const pipeline::ReloadReport& report) {
  JsonWriter json;
  json.map().key("ok").boolean(report.ok);
  write_number(json, "generation", report.generation);
  json.key("moved").map();
  for (const auto& [exit, events] : report.moved) write_number(json, exit, events);
  json.end()
      .key("moved_is_cut")
      .boolean(report.moved_is_cut)
      .key("diagnostics")
      .raw(report.diagnostics_json.empty() ? "[]" : report.diagnostics_json);
  json.key("text").text(report.diagnostics_text).end();
  return json.take();
}

}  // namespace

std::vector<std::string> degraded(pipeline::Daemon& daemon) {
  std::vector<std::string> all;
  const tunnel::TunnelStatus tunnel = daemon.tunnel().status();
  if (tunnel.is_full) all.emplace_back("the disk is full: events are refused");
  if (tunnel.damages > 0)
    all.push_back("damage in the data folder: " + std::to_string(tunnel.damages) +
                  " places since the start; the log and events of kind "
                  "`urn:time-tunnel:damage` name them");
  for (std::string& one : daemon.missing_secrets()) all.push_back(std::move(one));
  if (const pipeline::ConfigStatus config = daemon.config_status(); config.is_refused)
    all.push_back("the newest configuration was refused: " + config.last_failure->reason);
  for (const pipeline::EntryStatus& entry : daemon.entries())
    if (!entry.problem.empty()) all.push_back("entry `" + entry.name + "`: " + entry.problem);
  return all;
}

void show_status(pipeline::Daemon& daemon, const Request&, net::Responder responder) {
  const tunnel::TunnelStatus tunnel = daemon.tunnel().status();
  JsonWriter json;
  json.map().key("log").text(daemon.tunnel().log_id());
  json.key("ready").boolean(daemon.is_ready());
  write_number(json, "generation", daemon.generation());
  json.key("tunnel").map();
  write_number(json, "oldest", tunnel.oldest);
  write_number(json, "visible", tunnel.visible);
  write_number(json, "disk_bytes", tunnel.disk_bytes);
  write_number(json, "segments", tunnel.segment_count);
  write_number(json, "accepted", tunnel.accepted_total);
  json.key("last_stop").text(tunnel::to_string(tunnel.last_stop));
  write_number(json, "damages", tunnel.damages);
  json.key("full").boolean(tunnel.is_full).end();
  json.key("degraded").list();
  for (const std::string& one : degraded(daemon)) json.text(one);
  json.end();
  json.key("entries").list();
  for (const auto& entry : daemon.entries()) write_entry(json, entry);
  json.end().key("exits").list();
  for (const auto& exit : daemon.exits()) write_exit(json, exit);
  json.end().key("orphans").list();
  for (const std::string& orphan : daemon.tunnel().orphans()) json.text(orphan);
  json.end().end();
  responder.answer(json_answer(json.take()));
}

void list_entries(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  JsonWriter json;
  if (request.path.empty()) json.map().key("entries").list();
  bool found = request.path.empty();
  for (const auto& entry : daemon.entries()) {
    if (!request.path.empty() && entry.name != request.path) continue;
    found = true;
    write_entry(json, entry);
  }
  if (!found) return responder.answer(error_answer(404, "no entry `" + request.path + "`"));
  if (request.path.empty()) json.end().end();
  responder.answer(json_answer(json.take()));
}

void list_exits(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  constexpr std::string_view kReplay = "/replay";
  if (request.path.ends_with(kReplay))
    return show_replay(daemon, request.path.substr(0, request.path.size() - kReplay.size()),
                       std::move(responder));
  JsonWriter json;
  if (request.path.empty()) json.map().key("exits").list();
  bool found = request.path.empty();
  for (const auto& exit : daemon.exits()) {
    if (!request.path.empty() && exit.name != request.path) continue;
    found = true;
    write_exit(json, exit);
  }
  if (!found) return responder.answer(error_answer(404, "no exit `" + request.path + "`"));
  if (request.path.empty()) {
    json.end().key("orphans").list();
    for (const std::string& orphan : daemon.tunnel().orphans()) json.text(orphan);
    json.end().end();
  }
  responder.answer(json_answer(json.take()));
}

void change_exit(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  const std::size_t slash = request.path.find('/');
  const std::string name = request.path.substr(0, slash);
  const std::string verb = slash == std::string::npos ? "" : request.path.substr(slash + 1);
  const auto answer = [&](const Status& status) {
    responder.answer(status.ok() ? json_answer("{\"ok\":true}") : error_answer(status.error()));
  };
  if (verb == "pause" || verb == "resume") return answer(daemon.pause(name, verb == "pause"));
  if (verb == "forget") return answer(daemon.forget(name));
  if (verb == "replay") return begin_replay(daemon, name, request, std::move(responder));
  if (verb != "test") return responder.answer(error_answer(404, "no such thing to do: " + verb));

  const auto fields = portals::parse_json(request.body);
  if (!request.body.empty() && (!fields || !fields->if_object()))
    return responder.answer(error_answer(400, "the body is a JSON object: fields of the event"));
  auto result = daemon.test(name, request.body);
  if (!result.ok()) return responder.answer(error_answer(result.error()));
  std::string& told = result->verdict.text;
  if (result->request.empty() && told.starts_with("template"))
    told +=
        "; the made-up event has only message, kind, severity and source: give it what the "
        "template needs, `tictoc exit test " +
        name + " -f FIELD=TEXT`";
  JsonWriter json;
  json.map().key("verdict").text(portals::to_string(result->verdict.kind));
  json.key("status").number(result->status).key("text").text(result->verdict.text);
  json.some("reference", result->verdict.reference).key("request").text(result->request);
  json.key("answer").text(result->answer).end();
  responder.answer(json_answer(json.take()));
}

void list_rules(pipeline::Daemon& daemon, const Request&, net::Responder responder) {
  const auto settings = daemon.settings();
  JsonWriter json;
  json.map();
  write_number(json, "generation", daemon.generation());
  json.key("rules").list();
  for (const rules::Rule& rule : settings->ruleset->rules()) {
    json.map().key("name").text(rule.label).key("depth").number(rule.depth);
    json.some("when", rule.when.text).key("final").boolean(rule.is_final).key("to").list();
    for (const std::uint32_t exit : rule.exits) json.text(settings->ruleset->exits()[exit]);
    json.end().end();
  }
  json.end().end();
  responder.answer(json_answer(json.take()));
}

void show_config(pipeline::Daemon& daemon, const Request&, net::Responder responder) {
  const pipeline::ConfigStatus status = daemon.config_status();
  JsonWriter json;
  json.map();
  write_number(json, "generation", status.generation);
  json.key("source").text(status.source);
  time(json, "loaded", status.loaded_ns);
  json.key("last_failure");
  if (status.last_failure)
    json.raw(report_json(*status.last_failure));
  else
    json.raw("null");
  time(json, "failed", status.failed_ns).end();
  responder.answer(json_answer(json.take()));
}

void show_config_text(pipeline::Daemon& daemon, const Request&, net::Responder responder) {
  const auto settings = daemon.settings();
  JsonWriter json;
  json.map();
  write_number(json, "generation", daemon.generation());
  json.key("text").text(settings->text).end();
  responder.answer(json_answer(json.take()));
}

void reload(pipeline::Daemon& daemon, const Request&, net::Responder responder) {
  const pipeline::ReloadReport report = daemon.reload();
  responder.answer(json_answer(report_json(report), report.ok ? 200 : 422));
}

}  // namespace tt::api
