// Entry portal: events and service checks of DogStatsD clients; metrics are counted, not kept.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <limits>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/entry/statsd/line.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"
#include "portals/kit/urn.h"

namespace tt::portals::entry::statsd {
namespace {

struct Config {
  std::vector<std::string> listen;

  static constexpr auto fields() {
    return std::tuple{
        config::field("listen", &Config::listen,
                      "Where lines come from: `udp://`, `tcp://` or `unix:`; one or a list.")
            .required()
            .not_empty()
            .example("udp://127.0.0.1:8125"),
    };
  }
};

struct StatusWord {
  std::string_view word, severity;
};
// Nobody knows whether something that cannot be checked works: that is worth a look, not a page.
constexpr std::array<StatusWord, 4> kStatuses{{
    {"ok", "info"},
    {"warning", "warning"},
    {"critical", "critical"},
    {"unknown", "warning"},
}};

/// Of `name:value` tags the last value wins where one is asked for.
std::string_view tag_value(const Extras& extras, std::string_view name) {
  std::string_view value;
  for (const std::string_view tag : extras.tags)
    if (tag.size() > name.size() && tag.starts_with(name) && tag[name.size()] == ':')
      value = tag.substr(name.size() + 1);
  return value;
}

/// `tags.<name>`: the value, `true` for a tag without one, a list where a name comes again.
void add_tags(const Extras& extras, HookEvent& event) {
  std::vector<std::pair<std::string_view, std::vector<std::string>>> all;
  for (const std::string_view tag : extras.tags) {
    const std::size_t colon = tag.find(':');
    const bool has_value = colon != std::string_view::npos && colon != 0;
    const std::string_view name = has_value ? tag.substr(0, colon) : tag;
    auto same = std::find_if(all.begin(), all.end(), [&](auto& one) { return one.first == name; });
    if (same == all.end()) same = all.insert(same, {name, {}});
    same->second.push_back(has_value ? json_string(tag.substr(colon + 1)) : "true");
  }
  for (const auto& [name, values] : all)
    event.json("tags." + std::string(name),
               values.size() == 1 ? values[0] : "[" + join(values, ",") + "]");
}

std::string time_of(const Extras& extras) {
  constexpr std::int64_t kSecondsMax = std::numeric_limits<WallNs>::max() / kNsPerSec;
  if (!extras.time || *extras.time <= 0 || *extras.time > kSecondsMax) return "";
  return format_time(*extras.time * kNsPerSec);
}

/// A tag `host` names the host too; at last it is whoever sent the line, as the agent of the host
/// would fill it in. Unix sockets have a word for a peer, no address.
std::string_view host_of(const Extras& extras, const EntryRequest& request) {
  if (!extras.host.empty()) return extras.host;
  if (const std::string_view host = tag_value(extras, "host"); !host.empty()) return host;
  return request.peer.find_first_of(".:") == std::string_view::npos ? std::string_view{}
                                                                    : request.peer;
}

/// Fields that events and checks have alike.
void add_extras(const Extras& extras, std::string_view host, HookEvent& event) {
  if (!host.empty()) event.text("source", "urn:statsd:" + urn_part(host));
  event.text("host", host).text("priority", extras.priority).text("origin", extras.origin);
  event.text("container", extras.container);
  add_tags(extras, event);
  event.text("unknown", extras.unknown).text("timestamp", time_of(extras));
}

std::string_view first_line_of(std::string_view text) {
  text = trim(text);
  return trim(text.substr(0, text.find('\n')));
}

std::string sentence_of(const Event& event) {
  const std::string_view title = trim(event.title), first_line = first_line_of(event.text);
  if (title.empty()) return std::string(first_line);
  if (first_line.empty() || first_line == title) return std::string(title);
  return std::string(title) + ": " + std::string(first_line);
}

void add_event(const Event& line, const EntryRequest& request, const DecodeContext& context,
               EntryEvents& out) {
  const Extras& extras = line.extras;
  const std::string_view type = extras.alert_type.empty() ? "info" : extras.alert_type;
  HookEvent event;
  event.text("kind", "urn:statsd:event");
  event.text("severity", normalise_severity(type, "info"));
  event.text("message", sentence_of(line)).text("status", type);
  event.text("service", tag_value(extras, "service"));
  event.text("title", line.title).text("text", line.text);
  event.text("aggregation_key", extras.key);
  // Events with a key are gathered under it, so those that are good or bad news open and end one
  // alert.
  if (!extras.key.empty() && type != "info")
    event.text("alert_key", extras.key)
        .text("alert_state", type == "success" ? "resolved" : "firing");
  add_extras(extras, host_of(extras, request), event);
  add_hook_event(out.events, event, {}, context, request.now_ns);
}

void add_check(const ServiceCheck& check, const EntryRequest& request, const DecodeContext& context,
               EntryEvents& out) {
  const Extras& extras = check.extras;
  const StatusWord& status = kStatuses[static_cast<std::size_t>(check.status)];
  const std::string_view host = host_of(extras, request);
  const std::string_view service = tag_value(extras, "service");
  std::string message = "Check " + std::string(check.name);
  if (!host.empty()) (message += " on ") += host;
  (message += " is ") += status.word;
  if (!trim(extras.message).empty()) (message += ": ") += first_line_of(extras.message);
  HookEvent event;
  event.text("kind", "urn:statsd:service_check:" + std::string(status.word));
  event.text("severity", status.severity).text("message", message).text("status", status.word);
  event.text("service", service.empty() ? check.name : service).text("check", check.name);
  event.text("text", extras.message);
  event.text("alert_key", std::string(check.name) + (host.empty() ? "" : "@" + std::string(host)));
  event.text("alert_state", check.status == 0 ? "resolved" : "firing");
  add_extras(extras, host, event);
  add_hook_event(out.events, event, {}, context, request.now_ns);
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  std::size_t index = 0;
  for (const std::string_view sent : split(request.body, '\n')) {
    const std::string_view line = trim(sent);
    if (line.empty()) continue;
    if (line.starts_with("_e")) {
      if (const auto event = read_event(line))
        add_event(*event, request, context, out);
      else
        out.rejected.push_back(
            {index, "a damaged event; its lengths are those of the escaped texts"});
    } else if (line.starts_with("_sc")) {
      if (const auto check = read_check(line))
        add_check(*check, request, context, out);
      else
        out.rejected.push_back({index, "a damaged service check; it wants a name and 0 to 3"});
    } else {
      // Short enough to cost no allocation: there may be a hundred thousand a second.
      out.rejected.push_back({index, "a metric"});
    }
    ++index;
  }
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "statsd",
      .summary = "Takes events and service checks of DogStatsD clients.",
      .security =
          "Hardened against untrusted senders, but DogStatsD carries no credential and UDP no true "
          "sender: listen on loopback, or guard it with `allow`.",
      .example = "type: statsd\nlisten: udp://127.0.0.1:8125\n",
      .is_stream = true,
      .is_strict = true,
      .kinds = {{"urn:statsd:event", "a program told of something", "info warning error",
                 "status source host service title text aggregation_key priority origin container "
                 "alert_key alert_state tags unknown"},
                {"urn:statsd:service_check:*", "a check has this outcome", "info warning critical",
                 "status source host service check text origin container alert_key alert_state "
                 "priority tags unknown",
                 "ok warning critical unknown"}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::statsd
