// Entry portal: syslog over UDP, TCP, TLS and unix sockets, in both forms and their dialects.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/severity.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "portals/entry/syslog/frame.h"
#include "portals/entry/syslog/message.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"
#include "portals/kit/urn.h"

namespace tt::portals::entry::syslog {
namespace {

// RFC 5424 section 6.2.1, in the words that syslogds write.
constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
constexpr int kSeverityNotice = 5;  // Of what has none: RFC 3164 section 4.3.3.

struct Config {
  std::vector<std::string> listen;
  std::string timezone = "UTC";

  static constexpr auto fields() {
    return std::tuple{
        config::field("listen", &Config::listen,
                      "Where messages come from: `udp://`, `tcp://`, `tls://` or `unix:`; one or a "
                      "list.")
            .required()
            .not_empty()
            .example("[\"udp://0.0.0.0:514\", \"tcp://0.0.0.0:514\"]"),
        config::field("timezone", &Config::timezone,
                      "Zone of times that name none, as those of RFC 3164.")
            .example("Europe/Berlin"),
    };
  }
  static Status check(const Config& config) {
    if (find_time_zone(config.timezone)) return {};
    return misconfigured("there is no time zone " + json_string(config.timezone) +
                         "; write it as in Europe/Berlin or +02:00");
  }
};

/// The first of these members that is text: what loggers of JSON call their message.
std::string_view message_of_json(const boost::json::value& json) {
  for (const std::string_view name : {"message", "msg", "text", "log"})
    if (const std::string_view text = trim(text_at(json, name)); !text.empty()) return text;
  return {};
}

/// What stands for a text that is empty.
std::string empty_text(const Message& message, std::string_view host) {
  std::string text = "Empty syslog message";
  if (!message.app.empty()) (text += " from ") += message.app;
  if (!host.empty()) (text += " on ") += host;
  if (!message.structured_text.empty()) (text += ": ") += message.structured_text;
  return text;
}

void add_structured(const Message& message, HookEvent& event) {
  for (const Parameter& one : message.structured) {
    const std::string name = "sd." + one.name;
    if (one.values.size() == 1 && !one.values[0].empty()) {
      event.text(name, one.values[0]);
      continue;
    }
    JsonWriter list;
    list.list();
    for (const std::string& value : one.values) list.text(value);
    const std::string json = list.end().take();
    // An element without parameters says only that it is there; an empty value is a value.
    event.json(name, one.values.empty() ? "true" : one.values.size() == 1 ? "\"\"" : json);
  }
}

void add_event(std::string_view bytes, const TimeZone* zone, const EntryRequest& request,
               const DecodeContext& context, EntryEvents& out) {
  const Message message = read_message(bytes, {request.now_ns, zone});
  // Unix sockets and standard input have a word for a peer, no address.
  const bool is_address = request.peer.find_first_of(".:") != std::string_view::npos;
  const std::string_view host = message.host.empty() && is_address ? request.peer : message.host;
  const std::size_t severity =
      static_cast<std::size_t>(message.severity < 0 ? kSeverityNotice : message.severity);
  const std::string app = urn_part(message.app);

  HookEvent event;
  event.text("kind", app.empty() ? "urn:syslog" : "urn:syslog:" + app);
  event.text("severity", kSeverityWords[kSeverityWords.size() - 1 - severity]);
  // Structured logs as text, with or without CEE's cookie
  // (https://www.rsyslog.com/json-elasticsearch/).
  std::string_view json = message.text;
  if (json.starts_with("@cee:")) json = trim(json.substr(5));
  const auto body = json.starts_with('{') ? parse_json(json) : nullptr;
  const std::string_view inner = body ? message_of_json(*body) : std::string_view{};
  event.text("message", !inner.empty()          ? inner
                        : !message.text.empty() ? message.text
                                                : empty_text(message, host));
  if (!host.empty())
    event.text("source", "urn:syslog:" + urn_part(host) + (app.empty() ? "" : ":" + app));
  event.text("host", host).text("service", message.app);
  if (message.priority >= 0)
    event.text("facility", kFacilities[static_cast<std::size_t>(message.priority / 8)]);
  event.text("procid", message.procid).text("msgid", message.msgid);
  event.text("sent_at", message.bad_timestamp);
  add_structured(message, event);
  event.text("timestamp", message.timestamp);
  add_hook_event(out.events, event, inner.empty() ? std::string_view{} : json, context,
                 request.now_ns);
}

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const auto zone = config.timezone == "UTC" ? nullptr : find_time_zone(config.timezone);
  for (std::string_view rest = request.body; !rest.empty();) {
    // RFC 5426 section 3.1: a datagram is one message, whatever it holds.
    const Frame frame =
        request.is_datagram ? Frame{rest.size(), rest} : next_frame(rest, /*is_all=*/true);
    rest.remove_prefix(frame.bytes);
    if (frame.text.find_first_not_of(std::string_view(" \t\r\n\0", 5)) != std::string_view::npos)
      add_event(frame.text, zone.get(), request, context, out);
  }
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "syslog",
      .summary = "Takes syslog messages of RFC 5424, RFC 3164 and their dialects.",
      .security =
          "Hardened against untrusted senders, but syslog carries no credential and UDP no true "
          "sender: guard it with `allow`, or `tls://` and client certificates.",
      .example = "type: syslog\nlisten: [\"udp://127.0.0.1:5514\", \"tcp://127.0.0.1:5514\"]\n",
      .is_stream = true,
      .framing = {.whole = whole_frames, .bytes_max = kCountedBytesMax + 16},
      .kinds = {{"urn:syslog", "a message that names no program",
                 "debug info notice warning error critical alert emergency",
                 "source host facility procid msgid sent_at sd"},
                {"urn:syslog:*", "a message of the program that the kind ends with",
                 "debug info notice warning error critical alert emergency",
                 "source host service facility procid msgid sent_at sd"}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::syslog
