// Reads what is asked for, strictly: a misspelt `dry_run` must not send anything.
// SPDX-License-Identifier: Apache-2.0
#include "api/replay.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "api/search.h"
#include "base/text.h"
#include "base/units.h"
#include "config/values.h"
#include "pipeline/replay.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

using portals::JsonWriter;

constexpr std::string_view kVerb = "/replay";

struct Asked {
  pipeline::ReplayRequest replay;
  WallNs until_ns = 0;  ///< The time that was asked for; 0: an event was.
  bool is_dry_run = false;
};

Status read_member(std::string_view name, const boost::json::value& value, pipeline::Daemon& daemon,
                   Asked& asked) {
  const std::string member = "`" + std::string(name) + "`";
  pipeline::ReplayRequest& replay = asked.replay;
  const std::pair<std::string_view, bool*> flags[] = {{"allow_paging", &replay.allow_paging},
                                                      {"allow_removed", &replay.allow_removed},
                                                      {"dry_run", &asked.is_dry_run}};
  for (const auto& [flag, to] : flags) {
    if (name != flag) continue;
    if (!value.if_bool()) return reject(member + " is true or false");
    *to = *value.if_bool();
    return {};
  }
  const std::vector<std::string_view> known = split(kReplayMembers, ' ');
  if (std::find(known.begin(), known.end(), name) == known.end())
    return reject(member + " is no member of a replay; " + meant_or_known(name, known));
  if (!value.if_string()) return reject(member + " is a text");
  const std::string_view text = *value.if_string();
  if (name == "where") {
    replay.range.where = text;
  } else if (name == "rate") {
    const auto rate = config::parse_rate(text);
    if (!rate) return reject("rate is written 100/s, 30/m, 500/h or 1000/d");
    replay.per_sec = rate->per_sec;
  } else if (name == "since" || name == "until") {
    auto moment = moment_of(text, daemon);
    if (!moment.ok()) return std::move(moment).error().with(std::string(name));
    if (name == "until") {
      replay.range.until = moment->seq;
      asked.until_ns = moment->time_ns;
    } else {
      replay.range.since = moment->seq;
      replay.range.since_ns = moment->time_ns;
    }
  } else {
    TT_ASSERT(!"a member of the list that nothing reads");
  }
  return {};
}

Result<Asked> read(const std::string& exit, const std::string& body, pipeline::Daemon& daemon) {
  std::string error;
  const auto json = portals::parse_json(body, &error);
  const boost::json::object* members = json ? json->if_object() : nullptr;
  if (!members) return reject("the body is a JSON object" + (error.empty() ? "" : ": " + error));
  Asked asked;
  asked.replay.range.exit = exit;
  for (const auto& [name, value] : *members)
    TT_CHECK(read_member({name.data(), name.size()}, value, daemon, asked));
  if (!members->contains("since"))
    return reject("since is missing: 2h, 2026-01-31T12:00:00Z or an event id");
  const pipeline::ReplayRange& range = asked.replay.range;
  if (range.since > range.until ||
      (range.since_ns && asked.until_ns && range.since_ns > asked.until_ns))
    return reject("until lies before since");
  return asked;
}

void write_time(JsonWriter& json, std::string_view name, WallNs time_ns) {
  json.key(name);
  if (time_ns)
    json.text(format_time_us(time_ns));
  else
    json.raw("null");
}

void write_range(JsonWriter& json, pipeline::Daemon& daemon, tunnel::Seq since, tunnel::Seq until) {
  const std::string_view log = daemon.tunnel().log_id();
  json.key("since").text(tunnel::format_id(log, since));
  json.key("until").text(tunnel::format_id(log, until));
}

std::string preview_json(pipeline::Daemon& daemon, const pipeline::ReplayRequest& asked,
                         const pipeline::ReplayPreview& preview) {
  JsonWriter json;
  json.map().key("exit").text(asked.range.exit);
  write_range(json, daemon, preview.since, preview.until);
  json.some("where", asked.range.where).key("rate").text(config::format_rate(asked.per_sec));
  write_number(json, "events", preview.count);
  json.key("more").boolean(preview.is_cut);
  write_time(json, "first", preview.first_ns);
  write_time(json, "last", preview.last_ns);
  json.key("example");
  if (preview.example_id.empty()) {
    json.raw("null");
  } else {
    json.map().key("id").text(preview.example_id);
    write_time(json, "received", preview.first_ns);
    json.key("message").text(preview.example_message).end();
  }
  write_number(json, "removed_at_most", preview.removed_max);
  write_time(json, "kept_since", preview.kept_since_ns);
  json.key("pages").boolean(preview.pages).end();
  return json.take();
}

std::string status_json(pipeline::Daemon& daemon, const pipeline::ReplayStatus& status) {
  const pipeline::ReplayState& state = status.state;
  JsonWriter json;
  json.map().key("exit").text(state.exit);
  write_number(json, "epoch", state.epoch);
  json.key("state").text(status.activity);
  write_range(json, daemon, state.since, state.until);
  json.some("where", state.where).key("rate").text(config::format_rate(state.per_sec));
  write_time(json, "begun", state.begun_ns);
  write_time(json, "ended", state.ended_ns);
  json.some("reason", state.reason).some("problem", status.problem);
  write_number(json, "selected", state.counts.selected);
  write_number(json, "sent", state.counts.sent);
  write_number(json, "delivered", state.counts.delivered);
  write_number(json, "dead", state.counts.dead);
  write_number(json, "pending", state.counts.pending);
  write_number(json, "filtered", state.counts.filtered);
  write_number(json, "left", state.counts.left);
  return json.end().take();
}

}  // namespace

void begin_replay(pipeline::Daemon& daemon, const std::string& exit, const Request& request,
                  net::Responder responder) {
  const auto asked = read(exit, request.body, daemon);
  if (!asked.ok()) return responder.answer(error_answer(asked.error()));
  if (asked->is_dry_run) {
    const auto preview = daemon.replays().preview(asked->replay.range);
    if (!preview.ok()) return responder.answer(error_answer(preview.error()));
    return responder.answer(json_answer(preview_json(daemon, asked->replay, *preview)));
  }
  const auto begun = daemon.replays().begin(asked->replay);
  if (!begun.ok()) return responder.answer(error_answer(begun.error()));
  responder.answer(json_answer(status_json(daemon, *begun), 202));
}

void show_replay(pipeline::Daemon& daemon, const std::string& exit, net::Responder responder) {
  const auto status = daemon.replays().status(exit);
  if (!status.ok()) return responder.answer(error_answer(status.error()));
  responder.answer(json_answer(status_json(daemon, *status)));
}

void cancel_replay(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  if (!request.path.ends_with(kVerb))
    return responder.answer(error_answer(404, "only a replay can be deleted"));
  const std::string exit = request.path.substr(0, request.path.size() - kVerb.size());
  if (Status cancelled = daemon.replays().cancel(exit); !cancelled)
    return responder.answer(error_answer(cancelled.error()));
  show_replay(daemon, exit, std::move(responder));
}

}  // namespace tt::api
