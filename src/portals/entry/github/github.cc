// Entry portal: webhooks of GitHub, Gitea, Forgejo and Gogs, one event each.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "base/secret.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/entry/github/payload.h"
#include "portals/kit/form.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"
#include "portals/kit/signature.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

// https://docs.github.com/en/webhooks/webhook-events-and-payloads: payloads are capped at 25 MB.
constexpr std::size_t kBodyBytesMax = 25u << 20;
constexpr std::size_t kKeyBytesMax = 255;

struct Config {
  std::string path = "/hooks/github";
  Secret secret;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the webhooks are posted to."),
        config::field("secret", &Config::secret,
                      "Secret of the webhook, which signs every delivery. A list while it changes.")
            .default_text("not checked")
            .example("{env: GITHUB_SECRET}"),
    };
  }
};

/// The JSON of a form's `payload`, for webhooks of content type application/x-www-form-urlencoded.
std::optional<std::string> form_payload(const EntryRequest& request) {
  if (to_lower(request.header("content-type")).find("x-www-form-urlencoded") == std::string::npos)
    return std::nullopt;
  return form_value(request.body, "payload");
}

bool has_verifier(const Config& config) { return !config.secret.empty(); }

bool is_signed(const Config& config, const EntryRequest& request, std::string_view text) {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  if (verify_hub_signature(config.secret, request.header("x-hub-signature-256"), text)) return true;
  // The same digest without a prefix, https://docs.gitea.com/usage/webhooks and
  // https://gogs.io/docs/features/webhook
  for (const char* header : {"x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"})
    if (!request.header(header).empty() &&
        verify_hmac({.header = header}, config.secret, *request.headers, text, request.now_ns))
      return true;
  return false;
}

bool verify(const Config& config, const EntryRequest& request) {
  if (!has_verifier(config)) return true;
  if (!request.headers) return false;
  if (is_signed(config, request, request.body)) return true;
  // Of a form GitHub signs the body, Gitea and its kin the JSON within:
  // https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go
  const auto payload = form_payload(request);
  return payload && is_signed(config, request, *payload);
}

struct Describer {
  std::string_view event;
  Describe describe;
};

constexpr Describer kDescribers[] = {
    {"push", describe_push},
    {"workflow_run", describe_workflow_run},
    {"workflow_job", describe_workflow_job},
    {"action_run", describe_action_run},
    {"check_run", describe_check_run},
    {"check_suite", describe_check_suite},
    {"status", describe_status},
    {"page_build", describe_page_build},
    {"deployment_status", describe_deployment_status},
    {"dependabot_alert", describe_dependabot_alert},
    {"code_scanning_alert", describe_code_scanning_alert},
    {"secret_scanning_alert", describe_secret_scanning_alert},
    {"repository_vulnerability_alert", describe_vulnerability_alert},
    {"security_advisory", describe_advisory},
};

void describe(const Payload& payload, HookEvent& event) {
  for (const Describer& describer : kDescribers)
    if (describer.event == payload.event()) return describer.describe(payload, event);
  if (const Row* row = find_row(payload)) return describe_row(payload, *row, event);
  describe_unknown(payload, event);
}

/// Old Gitea and Gogs put the secret itself into the payload; it must not be stored.
/// https://github.com/go-gitea/gitea/issues/3901
std::string without_secret(const boost::json::value& body) {
  boost::json::value copy = body;
  copy.get_object().erase("secret");
  return json_text(copy);
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const Forge forge = forge_of(request);
  for (const char* header :
       {"x-github-delivery", "x-gitea-delivery", "x-forgejo-delivery", "x-gogs-delivery"})
    if (out.idempotency_key.empty())
      out.idempotency_key = clip_bytes(request.header(header), kKeyBytesMax);

  const std::string held = form_payload(request).value_or("");
  const HookBody body = parse_or_mend(held.empty() ? request.body : held);
  HookEvent event;
  event.text("severity", "info");
  if (!body.json || !body.json->is_object()) {
    const std::string line = headline(body.text);
    event.text("kind", fmt::format("urn:{}:unknown", forge.system));
    event.text("message", fmt::format("{} sent a webhook that is no JSON object{}", forge.product,
                                      line.empty() ? "" : ": " + line));
    event.text("hook", forge.event);
    add_hook_event(out.events, event, body.raw(), context, request.now_ns);
    return std::nullopt;
  }
  std::string_view text = body.text;
  std::string kept;
  if (forge.system == "gitea" && body.json->get_object().contains("secret"))
    text = kept = without_secret(*body.json);
  const Payload payload(*body.json, forge);
  event.text("source", payload.source()).text("project", payload.project());
  event.text("organization", payload.organization()).text("actor", payload.actor());
  describe(payload, event);
  event.text("hook", forge.event);
  add_hook_event(out.events, event, text, context, request.now_ns);
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "github",
      .summary = "Takes webhooks of GitHub, Gitea, Forgejo and Gogs.",
      .security =
          "Hardened against untrusted senders; set `secret`, else anyone who reaches the path can "
          "invent events.",
      .example = "type: github\npath: /hooks/github\nsecret: {env: GITHUB_SECRET}\n",
      .body_bytes_max = kBodyBytesMax,
      .kinds = produced_kinds(),
      .decode = decode,
      .verify = verify,
      .has_verifier = has_verifier,
  });
  return made;
}

}  // namespace tt::portals::entry::github
