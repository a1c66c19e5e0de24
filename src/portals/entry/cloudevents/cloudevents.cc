// Entry portal: CloudEvents over HTTP, in binary, structured and batched mode.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/cloudevents/cloud_event.h"
#include "portals/kit/entry.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"

namespace tt::portals::entry::cloudevents {
namespace {

constexpr std::size_t kBodyBytesMax = 4u << 20;

struct Config {
  std::string path = "/cloudevents";
  std::vector<std::string> origins;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that takes the events."),
        config::field("origins", &Config::origins,
                      "Senders that the handshake of webhooks (`WebHook-Request-Origin`) permits. "
                      "It keeps others from pointing a sender at us; it proves nothing.")
            .default_text("all")
            .example("[eventemitter.example.com]"),
    };
  }
};

EntryRefusal refusal(int status, std::string text) {
  return {.status = status, .text = std::move(text)};
}

/// https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md section 4: permission
/// is in the headers, not in the status.
net::HttpAnswer handshake(const Config& config, const EntryRequest& request) {
  net::HttpAnswer answer{.headers = {{"Allow", "OPTIONS, POST"}}};
  const std::string_view origin = trim(request.header("webhook-request-origin"));
  const bool is_known =
      std::any_of(config.origins.begin(), config.origins.end(),
                  [&](const auto& one) { return equal_ignoring_case(one, origin); });
  const bool is_plain =
      std::all_of(origin.begin(), origin.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (origin.empty() || !is_plain || (!config.origins.empty() && !is_known)) return answer;
  answer.headers.emplace_back("WebHook-Allowed-Origin", std::string(origin));
  // Senders that are too fast are told with 429 and Retry-After, whatever they asked for here.
  answer.headers.emplace_back("WebHook-Allowed-Rate", "*");
  return answer;
}

/// Source and id together name an event (spec.md "id").
std::string key_of(const CloudEvent& event) {
  return std::string(event.attribute("source")) + "\n" + std::string(event.attribute("id"));
}

std::optional<EntryRefusal> take(Result<CloudEvent> event, const EntryRequest& request,
                                 const DecodeContext& context, EntryEvents& out) {
  if (!event) return refusal(400, event.error().text);
  add_event(*event, context, request.now_ns, out);
  out.idempotency_key = key_of(*event);
  return std::nullopt;
}

std::optional<EntryRefusal> take_batch(const EntryRequest& request, const DecodeContext& context,
                                       EntryEvents& out) {
  const ReadJson read = parse_mended(request.body);
  const boost::json::array* list = read.value ? read.value->if_array() : nullptr;
  if (!list) return refusal(400, "a batch is a JSON array of events");
  if (list->size() > context.limits.batch_events_max)
    return refusal(
        413, fmt::format("more than {} events in one batch", context.limits.batch_events_max));
  const auto parts = json_elements(read.json);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Result<CloudEvent> event = read_json(parts[i]);
    if (!event) {
      out.rejected.push_back({i, event.error().text});
      continue;
    }
    add_event(*event, context, request.now_ns, out);
    if (parts.size() == 1) out.idempotency_key = key_of(*event);
  }
  return std::nullopt;
}

/// The mode is in the content type: http-protocol-binding.md section 3.
std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  if (request.method == "OPTIONS") {
    out.reply = std::make_unique<net::HttpAnswer>(handshake(config, request));
    return std::nullopt;
  }
  const std::string_view header = request.header("content-type");
  const std::string type = to_lower(trim(header.substr(0, header.find(';'))));
  if (!type.starts_with("application/cloudevents")) {
    static const net::Headers kNone;
    return take(read_binary(request.headers ? *request.headers : kNone, request.body), request,
                context, out);
  }
  if (type == "application/cloudevents-batch+json") return take_batch(request, context, out);
  if (type == "application/cloudevents+json")
    return take(read_json(request.body), request, context, out);
  return refusal(415,
                 "unknown event format; application/cloudevents+json and "
                 "application/cloudevents-batch+json are understood");
}

/// 202, "accepted, but not yet processed" (http-webhook.md section 2.2), which for Knative also
/// says that no event comes back (knative/specs:specs/eventing/data-plane.md, "Derived (Reply)
/// Events").
net::HttpAnswer answer(const Config&, const AcceptedFacts& facts) {
  net::HttpAnswer answer{.status = 202};
  if (!facts.rejected || facts.rejected->empty()) return answer;
  if (facts.accepted == 0) answer.status = 400;
  JsonWriter json;
  json.map().key("accepted").number(static_cast<std::int64_t>(facts.accepted));
  json.key("rejected").list();
  for (const event::Rejected& one : *facts.rejected) {
    json.map().key("index").number(static_cast<std::int64_t>(one.index));
    json.key("error").text(one.error).end();
  }
  answer.body = json.end().end().take() + "\n";
  return answer;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "cloudevents",
      .summary = "Takes CloudEvents 1.0 over HTTP in binary, structured and batched mode.",
      .security =
          "Hardened against untrusted senders; CloudEvents carry no proof of their sender, so set "
          "`auth` or `verify`.",
      .example = "type: cloudevents\npath: /cloudevents\nauth: {bearer: {env: EVENTS_TOKEN}}\n",
      .is_strict = true,
      .methods = "POST OPTIONS",
      .body_bytes_max = kBodyBytesMax,
      .kinds = {{"urn:cloudevents:*", "any event, by its type", "*", "*"},
                {"*", "an event whose type is a URN of its own", "*", "*"}},
      .decode = decode,
      .answer = answer,
  });
  return made;
}

}  // namespace tt::portals::entry::cloudevents
