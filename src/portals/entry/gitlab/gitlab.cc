// Entry portal: GitLab's project, group and system hooks, one event each.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>

#include "base/secret.h"
#include "base/utf8.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"
#include "portals/kit/signature.h"

namespace tt::portals::entry::gitlab {

enum class Require : std::uint8_t { kAny, kToken, kSignature };

}  // namespace tt::portals::entry::gitlab

namespace tt::config {
template <>
struct EnumWords<portals::entry::gitlab::Require> {
  static constexpr EnumWord words[] = {{"any", 0}, {"token", 1}, {"signature", 2}};
};
}  // namespace tt::config

namespace tt::portals::entry::gitlab {
namespace {

// https://docs.gitlab.com/user/project/integrations/webhooks/: a hook body is at most 25 MB.
constexpr std::size_t kBodyBytesMax = 25u << 20;
constexpr std::size_t kKeyBytesMax = 255;

struct Config {
  std::string path = "/hooks/gitlab";
  Secret token;
  Secret signing_token;
  Require require = Require::kAny;

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the hooks are posted to."),
        config::field(
            "token", &Config::token,
            "Secret token of the hook, sent as `X-Gitlab-Token`. A list while it changes.")
            .default_text("not checked")
            .example("{env: GITLAB_TOKEN}"),
        config::field(
            "signing_token", &Config::signing_token,
            "Signing token of the hook (GitLab 19), `whsec_...`. A list while it changes.")
            .default_text("not checked")
            .example("{env: GITLAB_SIGNING_TOKEN}"),
        config::field("require", &Config::require,
                      "With both tokens: `any` takes a hook that one of them proves, `token` and "
                      "`signature` only that one."),
    };
  }
  static Status check(const Config& config) {
    if (config.require == Require::kToken && config.token.empty())
      return misconfigured("`require: token` needs a `token`");
    if (config.require == Require::kSignature && config.signing_token.empty())
      return misconfigured("`require: signature` needs a `signing_token`");
    return {};
  }
};

bool has_verifier(const Config& config) {
  return !config.token.empty() || !config.signing_token.empty();
}

bool verify(const Config& config, const EntryRequest& request) {
  if (!has_verifier(config)) return true;
  // webhook-id and webhook-timestamp come with every hook since GitLab 19; only the signature
  // header says that it is signed.
  if (config.require != Require::kToken && !config.signing_token.empty() &&
      !request.header("webhook-signature").empty() &&
      verify_webhook(config.signing_token, *request.headers, request.body, request.now_ns))
    return true;
  return config.require != Require::kSignature && !config.token.empty() &&
         verify_equal(config.token, request.header("x-gitlab-token"));
}

struct Row {
  std::string_view name;  ///< object_kind, else event_name.
  Describe describe;
};

constexpr Row kRows[] = {
    {"push", describe_push},
    {"tag_push", describe_push},
    {"pipeline", describe_pipeline},
    {"build", describe_job},
    {"job", describe_job},
    {"deployment", describe_deployment},
    {"merge_request", describe_merge_request},
    {"issue", describe_issue},
    {"work_item", describe_issue},
    {"note", describe_note},
    {"wiki_page", describe_wiki_page},
    {"release", describe_release},
    {"feature_flag", describe_feature_flag},
    {"access_token", describe_access_token},
    {"vulnerability", describe_vulnerability},
    {"milestone", describe_milestone},
    {"emoji", describe_emoji},
    {"repository_update", describe_repository_update},
    {"user_add_to_group", describe_member},
    {"user_remove_from_group", describe_member},
    {"user_update_for_group", describe_member},
    {"user_add_to_team", describe_member},
    {"user_remove_from_team", describe_member},
    {"user_update_for_team", describe_member},
    {"user_access_request_to_group", describe_member},
    {"user_access_request_denied_for_group", describe_member},
    {"user_access_request_revoked_for_group", describe_member},
    {"user_access_request_to_project", describe_member},
};

Describe describer_of(const Payload& payload) {
  const std::string name = payload.first({"object_kind", "event_name"});
  for (const Row& row : kRows)
    if (row.name == name) return row.describe;
  return payload.at("event_name").empty() ? describe_unknown : describe_system;
}

/// The page of the project or group; else the instance as the sender names it.
std::string source_of(const Payload& payload) {
  std::string url = payload.project_url();
  if (!url.empty()) return url;
  const std::string place = payload.project().empty() ? payload.group() : payload.project();
  if (std::string page = payload.page_of(place); !page.empty()) return page;
  if (!payload.instance().empty()) return std::string(payload.instance());
  return place.empty() ? "urn:gitlab" : "urn:gitlab:" + place;
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  out.idempotency_key = clip_bytes(request.header("idempotency-key"), kKeyBytesMax);
  if (out.idempotency_key.empty())
    out.idempotency_key = clip_bytes(request.header("webhook-id"), kKeyBytesMax);

  const HookBody body = parse_or_mend(request.body);
  HookEvent event;
  event.text("severity", "info");
  if (!body.json || !body.json->is_object()) {
    // A custom payload template may send anything; a refusal would switch the hook off for good.
    const std::string line = headline(body.text);
    event.text("kind", "urn:gitlab:unknown").text("source", request.header("x-gitlab-instance"));
    event.text("message",
               "GitLab sent a hook that is no JSON object" + (line.empty() ? "" : ": " + line));
    event.text("hook", request.header("x-gitlab-event"));
    add_hook_event(out.events, event, body.raw(), context, request.now_ns);
    return std::nullopt;
  }
  const Payload payload(*body.json, request.header("x-gitlab-instance"));
  event.text("source", source_of(payload));
  event.text("project", payload.project()).text("actor", payload.actor());
  if (payload.project().empty()) event.text("group", payload.group());
  describer_of(payload)(payload, event);
  event.text("hook", request.header("x-gitlab-event"));
  add_hook_event(out.events, event, body.text, context, request.now_ns);
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "gitlab",
      .summary = "Takes GitLab's project, group and system hooks.",
      .security =
          "Hardened against untrusted senders; set `token` or `signing_token`, else anyone who "
          "reaches the path can invent hooks.",
      .example = "type: gitlab\npath: /hooks/gitlab\ntoken: {env: GITLAB_TOKEN}\n",
      .body_bytes_max = kBodyBytesMax,
      .kinds = produced_kinds(),
      .decode = decode,
      .verify = verify,
      .has_verifier = has_verifier,
  });
  return made;
}

}  // namespace tt::portals::entry::gitlab
