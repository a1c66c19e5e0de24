// Entry portal: the uniform event API, for programs that can choose what they send.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::http {
namespace {

constexpr std::size_t kBodyBytesMax = 4u << 20;
constexpr std::size_t kKeyBytesMax = 255;

struct Config {
  std::string path = "/api/v1/events";

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that takes the events.")
            .example("/api/v1/events"),
    };
  }
};

/// The format a content type asks for; nothing for types that are not understood.
std::optional<event::BodyFormat> format_of(std::string_view content_type) {
  const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  if (type.empty() || type == "application/json" || type.ends_with("+json"))
    return event::BodyFormat::kJson;
  for (const std::string_view ndjson : {"application/x-ndjson", "application/ndjson",
                                        "application/jsonl", "application/x-jsonlines"})
    if (type == ndjson) return event::BodyFormat::kNdjson;
  return std::nullopt;
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const auto format = format_of(request.header("content-type"));
  if (!format)
    return EntryRefusal{
        .status = 415,
        .text =
            "unknown content type; send application/json or application/x-ndjson (curl: --json)"};
  const std::string_view key = request.header("idempotency-key");
  if (key.size() > kKeyBytesMax)
    return EntryRefusal{.text = fmt::format("Idempotency-Key is over {} bytes", kKeyBytesMax)};

  event::Decoded decoded = event::decode_events(request.body, *format, context.limits,
                                                request.now_ns, std::move(out.events));
  out.events = std::move(decoded.events);
  if (decoded.syntax)
    return EntryRefusal{.text = decoded.syntax->text,
                        .body = fmt::format(R"({{"error":{},"line":{},"byte":{}}})",
                                            json_string(decoded.syntax->text), decoded.syntax->line,
                                            decoded.syntax->byte) +
                                "\n"};
  if (decoded.is_too_many)
    return EntryRefusal{
        .status = 413,
        .text = fmt::format("more than {} events in one request", context.limits.batch_events_max)};
  out.rejected = std::move(decoded.rejected);
  out.idempotency_key = key;
  return std::nullopt;
}

// Written piece by piece: this is sent as often as a single event is taken.
net::HttpAnswer answer(const Config&, const AcceptedFacts& facts) {
  std::string body = R"({"accepted":)";
  body.append(fmt::format_int(facts.accepted).c_str()).append(R"(,"ids":[)");
  if (facts.accepted > 0) body.append("\"").append(facts.first_id).append("\"");
  if (facts.accepted > 1) body.append(",\"").append(facts.last_id).append("\"");
  body += "],\"rejected\":[";
  if (facts.rejected) {
    for (const event::Rejected& one : *facts.rejected) {
      if (body.back() == '}') body += ',';
      body += fmt::format(R"({{"index":{},"error":{}}})", one.index, json_string(one.error));
    }
  }
  body += "]}\n";
  const bool all_refused = facts.accepted == 0 && facts.rejected && !facts.rejected->empty();
  return {.status = all_refused ? 422 : 202,
          .body = std::move(body),
          .headers = {{"TT-Ack", std::string(facts.ack)}}};
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "http",
      .summary = "Takes events as JSON objects, arrays or NDJSON.",
      .security = "Hardened against untrusted senders; guard it with `auth` off loopback.",
      .example = "type: http\npath: /api/v1/events\nauth: {bearer: {env: EVENTS_TOKEN}}\n",
      .is_strict = true,
      .body_bytes_max = kBodyBytesMax,
      .kinds = {{.kind = "*",
                 .when = "as sent; `unknown` when missing",
                 .severity = "*",
                 .fields = "*"}},
      .decode = decode,
      .answer = answer,
  });
  return made;
}

}  // namespace tt::portals::entry::http
