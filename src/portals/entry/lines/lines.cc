// Entry portal: one JSON event a line, over TCP, TLS, a unix socket, or standard input.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::lines {
namespace {

struct Config {
  std::vector<std::string> listen;

  static constexpr auto fields() {
    return std::tuple{
        config::field(
            "listen", &Config::listen,
            "Where lines come from: `tcp://`, `tls://`, `udp://`, `unix:`, or `stdin`; one or "
            "a list.")
            .required()
            .not_empty()
            .example("tcp://127.0.0.1:5170"),
    };
  }
};

/// The lines one by one, so that only the bad ones are refused.
void decode_each(const EntryRequest& request, const DecodeContext& context, EntryEvents& out) {
  std::string_view rest = request.body;
  std::size_t index = 0;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    const event::Decoded one =
        event::decode_events(line, event::BodyFormat::kNdjson, context.limits, request.now_ns);
    if (one.syntax) out.rejected.push_back({index, one.syntax->text});
    for (const event::Rejected& rejected : one.rejected)
      out.rejected.push_back({index, rejected.error});
    for (std::size_t i = 0; i < one.events.size(); ++i) out.events.append(one.events[i]);
    ++index;
  }
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  event::Limits unbounded = context.limits;
  unbounded.batch_events_max = request.body.size() + 1;  // A run of lines is no batch.
  event::Decoded all =
      event::decode_events(request.body, event::BodyFormat::kNdjson, unbounded, request.now_ns);
  if (all.syntax) {
    decode_each(request, context, out);
  } else {
    out.events = std::move(all.events);
    out.rejected = std::move(all.rejected);
  }
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "lines",
      .summary = "Takes NDJSON lines from streams and standard input.",
      .security =
          "Hardened against untrusted senders, but lines carry no credential: guard it with "
          "`allow`, or a client certificate.",
      .example = "type: lines\nlisten: tcp://127.0.0.1:5170\n",
      .is_stream = true,
      .is_strict = true,
      .kinds = {{.kind = "*",
                 .when = "as sent; `unknown` when missing",
                 .severity = "*",
                 .fields = "*"}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::lines
