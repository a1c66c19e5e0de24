// What a line's fields mean for an event.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/lines/text_event.h"

#include "base/severity.h"
#include "base/text.h"
#include "portals/entry/lines/log_time.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/log_names.h"

namespace tt::portals::entry::lines {
namespace {

constexpr std::string_view kKind = "urn:lines:line";

/// `file:///var/log/app%20one.log`
std::string file_url(std::string_view path) {
  std::string url = "file://";
  for (const std::string_view part : split(path.substr(1), '/'))
    (url += '/') += percent_encode(part);
  return url;
}

struct Meant {
  BestName<kLogMessageNames.size()> message{kLogMessageNames};
  BestName<kLogSeverityNames.size()> severity{kLogSeverityNames};
  BestName<kLogTimeNames.size()> time{kLogTimeNames};
  BestName<kLogHostNames.size()> host{kLogHostNames};
  BestName<kLogServiceNames.size()> service{kLogServiceNames};
  std::string_view kind;

  explicit Meant(const LineFields& fields) {
    for (const LineField& field : fields.all) {
      if (field.is_bare) continue;
      message.offer(field.name, field.text);
      if (!normalise_severity(field.text).empty()) severity.offer(field.name, field.text);
      if (!read_log_time(field.text).empty()) time.offer(field.name, field.text);
      host.offer(field.name, field.text);
      service.offer(field.name, field.text);
      if (field.name == "kind") kind = trim(field.text);
    }
  }
  /// Said by the event elsewhere.
  bool has_taken(std::string_view name) const {
    return name == message.name() || name == severity.name() || name == time.name() ||
           name == "kind" || name == "message";
  }
};

void add_fields(const LineFields& fields, const Meant& meant, HookEvent& event) {
  for (const LineField& field : fields.all) {
    if (meant.has_taken(field.name)) continue;
    // The server's time stands for what is no time.
    const std::string_view own = field.name, name = own == "timestamp" ? "sent_at" : own;
    if (field.is_bare)
      event.json(name, "true");
    else if (field.text.empty())
      event.json(name, "\"\"");
    else
      event.text(name, field.text);
  }
  if (fields.is_cut) event.json("truncated", "true");
}

/// Who sent it: a file by its path, or an address; standard input and unix sockets have neither.
void add_sender(std::string_view peer, HookEvent& event) {
  if (peer.starts_with('/'))
    event.text("source", file_url(peer));
  else if (peer.find_first_of(".:") != std::string_view::npos)
    event.text("host", peer);
}

}  // namespace

void add_text_event(std::string_view line, const LineFields* fields, const EntryRequest& request,
                    const DecodeContext& context, EntryEvents& out) {
  HookEvent event;
  static const LineFields kNone;
  const Meant meant(fields ? *fields : kNone);
  event.text("kind", meant.kind.empty() ? kKind : meant.kind);
  event.text("severity", normalise_severity(meant.severity.text()));
  const std::string_view message = trim(meant.message.text());
  event.text("message", message.empty() ? line : message);
  add_sender(request.peer, event);
  event.text("host", meant.host.text()).text("service", meant.service.text());
  event.text("timestamp", read_log_time(meant.time.text()));
  if (fields) add_fields(*fields, meant, event);
  add_hook_event(out.events, event, {}, context, request.now_ns);
}

void add_unmatched(std::string_view line, const EntryRequest& request, const DecodeContext& context,
                   EntryEvents& out) {
  HookEvent event;
  event.text("kind", kKind).text("message", line);
  add_sender(request.peer, event);
  event.json("unmatched", "true");
  add_hook_event(out.events, event, {}, context, request.now_ns);
}

}  // namespace tt::portals::entry::lines
