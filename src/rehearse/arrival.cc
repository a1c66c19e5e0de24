// From what a test says to stored events: inline ones as they are, requests through their entry.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/arrival.h"

#include <utility>

#include "base/units.h"
#include "event/decode.h"
#include "pipeline/decode.h"
#include "rehearse/runner.h"
#include "rehearse/yaml_json.h"

namespace tt::rehearse {
namespace {

/// `meta.entry` of a test that names none.
std::string default_entry(const pipeline::Settings& settings) {
  for (const pipeline::EntrySettings& entry : settings.entries)
    if (entry.type->name == "http") return entry.name;
  return settings.entries.empty() ? "test" : settings.entries.front().name;
}

void take_inline(const TestConfig& test, WallNs received_ns, Arrival& out) {
  std::string body = "[";
  for (const config::Node& event : test.event)
    body += (body.size() > 1 ? "," : "") + json_of(event);
  event::Decoded decoded =
      event::decode_events(body + "]", event::BodyFormat::kJson, {}, received_ns);
  if (decoded.syntax) out.problem = "event: " + decoded.syntax->text;
  if (!decoded.rejected.empty()) out.refused = decoded.rejected[0].error;
  out.batch = std::move(decoded.events);
}

Result<std::string> body_of(const HookConfig& hook, Disk& disk) {
  if (!hook.body_file.empty()) return read_file(disk, hook.body_file.text, kBodyFileBytesMax);
  if (hook.body.is_null()) return std::string();
  return hook.body.is_scalar() ? hook.body.text : json_of(hook.body);
}

void take_hook(const HookConfig& hook, const pipeline::EntrySettings& entry, WallNs received_ns,
               Disk& disk, Arrival& out) {
  const auto body = body_of(hook, disk);
  if (!body.ok()) {
    out.problem = "body_file: " + body.error().text;
    return;
  }
  const net::Headers& headers = hook.headers;
  const portals::EntryRequest request{.method = hook.method,
                                      .path = hook.path,
                                      .query = hook.query,
                                      .headers = entry.type->is_stream ? nullptr : &headers,
                                      .body = *body,
                                      .now_ns = received_ns};
  if (hook.verify && entry.portal->has_verifier() && !entry.portal->verify(request)) {
    out.refused = "401: the token or signature does not match";
    return;
  }
  portals::EntryEvents decoded;
  if (const auto refusal = pipeline::decode(entry, request, decoded)) {
    out.refused = std::to_string(refusal->status) + ": " +
                  (refusal->text.empty() ? refusal->body : refusal->text);
    return;
  }
  if (!decoded.rejected.empty()) out.refused = decoded.rejected[0].error;
  out.batch = std::move(decoded.events);
}

}  // namespace

void arrive(const TestConfig& test, const pipeline::Settings& settings, Disk& disk, Arrival& out) {
  const std::string_view id = test.id.value.empty() ? kIdDefault : test.id.value;
  const std::string_view time =
      test.received.value.empty() ? kReceivedDefault : test.received.value;
  const WallNs received_ns = *parse_time(time);
  out.log_id = id.substr(0, id.find('-'));
  out.entry = test.entry.value.empty() ? default_entry(settings) : test.entry.value;
  if (test.hook)
    take_hook(*test.hook, *settings.find_entry(out.entry), received_ns, disk, out);
  else
    take_inline(test, received_ns, out);
  tunnel::Seq seq = *tunnel::parse_id(out.log_id, id);
  for (std::size_t i = 0; i < out.batch.size(); ++i)
    out.events.push_back(
        {{.seq = seq++, .received_ns = received_ns, .entry = out.entry}, out.batch[i]});
}

}  // namespace tt::rehearse
