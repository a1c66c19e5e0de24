// Exit portal: posts to Slack, through an incoming webhook (which Mattermost and Rocket.Chat take
// too) or as a bot.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "portals/kit/chat.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/retry_after.h"
#include "portals/kit/url.h"
#include "template/clip.h"
#include "template/link.h"

namespace tt::portals::exit::slack {
namespace {

// https://api.slack.com/methods/chat.postMessage#truncating: 40,000 characters, beyond which Slack
// cuts where it likes.
constexpr int kTextRunesMax = 40'000;
// https://api.slack.com/reference/messaging/attachments#fields: longer ones are cut.
constexpr std::size_t kFallbackRunesMax = 1024;

struct Config {
  Secret url, token;
  config::Url api{"https://slack.com/api"};
  tmpl::Template text, channel, username, icon;
  bool color = true, threads = true;
  int text_max = 35'000;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the incoming webhook; who has it may post.")
            .default_text("none; either `url` or `token` is needed")
            .example("{env: SLACK_URL}"),
        config::field("token", &Config::token,
                      "Token of a bot (`xoxb-...`, scope chat:write) that posts to `channel`.")
            .default_text("none")
            .example("{env: SLACK_TOKEN}"),
        config::field("api", &Config::api, "Address of Slack's methods, for bots.").advanced(),
        config::field("text", &Config::text, "Text in Slack's markup; values are escaped.")
            .default_text("*severity* (or resolved) message (link)")
            .example("'{{ event.project }}: {{ event.message }}'"),
        config::field("channel", &Config::channel,
                      "Channel (for bots best its id), where the server lets a webhook choose.")
            .default_text("that of the webhook; bots need one"),
        config::field("username", &Config::username, "Name shown as the author.")
            .default_text("that of the webhook or bot"),
        config::field("icon", &Config::icon, "`:emoji:`, or the URL of a picture.")
            .default_text("that of the webhook or bot"),
        config::field("color", &Config::color, "A bar at the side in the severity's colour."),
        config::field(
            "threads", &Config::threads,
            "Of bots: what comes after the first message of an alert (`alert_key`) stands "
            "in its thread, up to its end."),
        config::field("text_max", &Config::text_max,
                      "Longest text in characters; 16383 for Mattermost, 1000 for Rocket.Chat.")
            .minimum(10)
            .maximum(kTextRunesMax),
    };
  }
  bool is_bot() const { return !token.empty(); }
  static Status check(const Config& c) {
    if (c.url.empty() == c.token.empty())
      return misconfigured("either `url` (an incoming webhook) or `token` (a bot) is needed");
    if (c.is_bot() && c.channel.empty())
      return misconfigured("`token` needs `channel`; the bot must be in it");
    return check_hook_url(c.url);
  }
};

std::string escaped(std::string_view text) {
  std::string out;
  tmpl::append_escaped(out, text, tmpl::Escape::kChat);
  return out;
}

std::string default_text(const event::EventView& event) {
  std::string text;
  if (const std::string standing = chat_standing(event); !standing.empty())
    text += "*" + escaped(standing) + "* ";
  text += escaped(chat_message(event));
  const std::string link = event.text("view_link");
  if (!tmpl::safe_link(link).empty()) text += " (<" + escaped(link) + "|link>)";
  return text;
}

/// For notifications and clients that show no markup.
std::string fallback_text(const event::EventView& event) {
  return escaped(chat_title(event) + ": " + printable(chat_message(event)));
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{
      .url = c.is_bot() ? join_url(c.api, "/chat.postMessage") : SensitiveText(c.url),
      .headers = {{"Content-Type", "application/json; charset=utf-8"}}};
  if (c.is_bot())
    request.headers.emplace_back("Authorization", SensitiveText("Bearer ").append(c.token));
  TT_TRY(const std::string channel, c.channel.render_strict(*event.scope));
  if (c.is_bot() && trim(channel).empty()) return reject("template: `channel` is empty");
  std::string text = c.text.empty() ? default_text(event.event)
                                    : c.text.render(*event.scope, {.escape = tmpl::Escape::kChat,
                                                                   .failures = &request.failures});
  text = tmpl::clip_markup(text, static_cast<std::size_t>(c.text_max));
  if (trim(text).empty()) return reject("the text is empty");

  JsonWriter json;
  json.map();
  add_chat_sender(json, {channel, c.username, c.icon}, event, request.failures);
  if (c.color) {
    json.key("attachments").list().map();
    json.key("color").text(chat_color(event.event));
    const std::string fallback = c.text.empty() ? fallback_text(event.event) : text;
    json.key("fallback")
        .text(tmpl::clip_markup(fallback,
                                std::min(kFallbackRunesMax, static_cast<std::size_t>(c.text_max))));
    json.key("text").text(text);
    json.key("mrkdwn_in").list().text("text").end().end().end();
  } else {
    json.key("text").text(text);
  }
  request.body = json.end().take();
  const std::string alert = event.event.text("alert_key");
  if (c.is_bot() && c.threads && !alert.empty())
    request.thread = {channel + "\n" + alert, event.event.text("alert_state") == "resolved"};
  return request;
}

// https://docs.slack.dev/reference/methods/chat.postMessage#arg_thread_ts
ExitRequest reply(const Config&, const ExitRequest& request, std::string_view ts) {
  ExitRequest made = request;
  made.body.pop_back();
  made.body += ",\"thread_ts\":" + json_string(ts) + "}";
  return made;
}

// https://api.slack.com/messaging/webhooks#handling_errors and
// https://docs.slack.dev/reference/methods/chat.postMessage#errors.
constexpr std::string_view kWrongSetup[] = {"no_service",
                                            "no_service_id",
                                            "no_team",
                                            "team_disabled",
                                            "invalid_token",
                                            "invalid_auth",
                                            "not_authed",
                                            "token_revoked",
                                            "token_expired",
                                            "account_inactive",
                                            "missing_scope",
                                            "no_active_hooks",
                                            "no_permission",
                                            "not_allowed_token_type",
                                            "access_denied",
                                            "accesslimited",
                                            "enterprise_is_restricted",
                                            "two_factor_setup_required",
                                            "as_user_not_supported",
                                            "method_deprecated",
                                            "deprecated_endpoint",
                                            "unknown_method",
                                            "action_prohibited",
                                            "posting_to_general_channel_denied",
                                            "ekm_access_denied"};
// Wrong setup too, unless the event chose the channel.
constexpr std::string_view kWrongChannel[] = {"channel_not_found",
                                              "channel_is_archived",
                                              "is_archived",
                                              "not_in_channel",
                                              "user_not_found",
                                              "messages_tab_disabled",
                                              "restricted_action",
                                              "restricted_action_read_only_channel",
                                              "restricted_action_thread_only_channel",
                                              "restricted_action_non_threadable_channel"};
// The message that the thread began with takes no answers; the next attempt begins another one.
constexpr std::string_view kThreadGone[] = {"cannot_reply_to_message",
                                            "restricted_action_thread_locked"};
// Migrations of a workspace come to an end.
constexpr std::string_view kLater[] = {
    "ratelimited",       "rate_limited",      "message_limit_exceeded", "rollup_error",
    "fatal_error",       "internal_error",    "service_unavailable",    "request_timeout",
    "team_added_to_org", "org_login_required"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Slack answers one word; Rocket.Chat and the API of Slack a map. Empty: it worked.
std::string error_word(std::string_view body) {
  body = trim(body);
  if (body.empty() || equal_ignoring_case(body, "ok")) return "";
  const auto json = parse_json(body);
  if (!json || !map_at(*json, "")) return std::string(body);
  if (bool_at(*json, "ok") || bool_at(*json, "success")) return "";
  for (const char* name : {"error", "id", "message"})
    if (const auto word = text_at(*json, name); !word.empty()) return std::string(word);
  return "an answer that says neither ok nor why not";
}

std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, false, now_ns);
  const std::string word = error_word(answer.body);
  const auto json = parse_json(answer.body);
  // A method always answers a map. Whatever else says 200 is not Slack.
  const bool is_stranger = c.is_bot() && (!json || !map_at(*json, ""));
  if (is_one_of(word, kLater) || is_one_of(word, kThreadGone))
    verdict.kind = VerdictKind::kRetry;
  else if (is_one_of(word, kWrongSetup))
    verdict.kind = VerdictKind::kMisconfigured;
  else if (is_one_of(word, kWrongChannel))
    verdict.kind = c.channel.is_constant() ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  // A status of success with another text: a web page means a wrong address, else it is about the
  // event. Counting it as delivered would lose events without a word.
  else if (verdict.kind == VerdictKind::kDelivered && (!word.empty() || is_stranger))
    verdict.kind =
        is_stranger || is_web_page(word) ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  if (verdict.kind == VerdictKind::kDelivered) {
    // What chat.update and replies in a thread need.
    if (c.is_bot()) verdict.reference = text_at(*json, "ts");
    return {std::move(verdict)};
  }
  if (verdict.text.empty()) verdict.text = answer_text(answer);
  if (verdict.kind == VerdictKind::kRetry) verdict.retry_after_ns = asked_pause_ns(answer, now_ns);
  if (word == "missing_scope" && json)
    verdict.text += "; the token needs the scope " + printable(text_at(*json, "needed"));
  if (word == "not_in_channel") verdict.text += "; invite the bot to the channel";
  return {std::move(verdict)};
}

std::optional<std::string> posted(const Config& c, const ExitAnswer& answer) {
  const auto json = parse_json(answer.body);
  if (!json) return std::nullopt;
  if (is_one_of(text_at(*json, "error"), kThreadGone)) return "";
  const std::vector<Verdict> verdicts = judge(c, answer, 1, 0);
  if (verdicts.front().kind != VerdictKind::kDelivered || verdicts.front().reference.empty())
    return std::nullopt;
  return verdicts.front().reference;
}

std::string target(const Config& c) { return target_of(c.is_bot() ? c.api : config::Url(c.url)); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "slack",
      .summary = "Posts to Slack as a bot, or to an incoming webhook of Slack, Mattermost or "
                 "Rocket.Chat.",
      .security = "Event data cannot mention people or channels, and links only to http and https.",
      .example = "type: slack\nurl: {env: SLACK_URL}\nchannel: '#ops'\n",
      .base = &Config::api,
      .encode = encode,
      .judge = judge,
      .reply = reply,
      .posted = posted,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::slack
