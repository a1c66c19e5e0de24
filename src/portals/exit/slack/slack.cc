// Exit portal: posts to Slack's incoming webhooks and to servers that take the same (Mattermost,
// Rocket.Chat).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "base/severity.h"
#include "base/text.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
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
  Secret url;
  tmpl::Template text, channel, username, icon;
  bool color = true;
  int text_max = 35'000;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the incoming webhook; who has it may post.")
            .required()
            .example("{env: SLACK_URL}"),
        config::field("text", &Config::text, "Text in Slack's markup; values are escaped.")
            .default_text("*severity* message (link)")
            .example("'{{ event.project }}: {{ event.message }}'"),
        config::field("channel", &Config::channel,
                      "Channel, where the server lets a webhook choose.")
            .default_text("that of the webhook"),
        config::field("username", &Config::username, "Name shown as the author.")
            .default_text("that of the webhook"),
        config::field("icon", &Config::icon, "`:emoji:`, or the URL of a picture.")
            .default_text("that of the webhook"),
        config::field("color", &Config::color, "A bar at the side in the severity's colour."),
        config::field("text_max", &Config::text_max,
                      "Longest text in characters; 16383 for Mattermost, 1000 for Rocket.Chat.")
            .minimum(10)
            .maximum(kTextRunesMax),
    };
  }
  static Status check(const Config& c) {
    const std::string url = c.url.reveal();
    if (url.empty()) return {};  // A reference without a text yet.
    const auto parts = config::parse_url(url);
    return parts.ok() ? Status() : Status(parts.error());
  }
};

std::string_view color_of(const event::EventView& event) {
  if (event.text("alert_state") == "resolved") return "#2eb67d";
  switch (static_cast<Severity>(severity_rank(event.text("severity")))) {
    case Severity::kDebug:
      return "#aaaaaa";
    case Severity::kInfo:
      return "#36c5f0";
    case Severity::kNotice:
      return "#1d9bd1";
    case Severity::kWarning:
      return "#ecb22e";
    case Severity::kError:
      return "#e8743b";
    default:
      return "#e01e5a";
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  tmpl::append_escaped(out, text, tmpl::Escape::kChat);
  return out;
}

std::string default_text(const event::EventView& event) {
  std::string text;
  if (const std::string severity = event.text("severity"); !severity.empty())
    text += "*" + escaped(severity) + "* ";
  text += escaped(event.text("message"));
  const std::string link = event.text("view_link");
  if (!tmpl::safe_link(link).empty()) text += " (<" + escaped(link) + "|link>)";
  return text;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = SensitiveText(c.url),
                      .headers = {{"Content-Type", "application/json; charset=utf-8"}}};
  std::string text = c.text.empty() ? default_text(event.event)
                                    : c.text.render(*event.scope, {.escape = tmpl::Escape::kChat,
                                                                   .failures = &request.failures});
  text = tmpl::clip_markup(text, static_cast<std::size_t>(c.text_max));
  if (trim(text).empty()) return reject("the text is empty");

  JsonWriter json;
  json.map();
  TT_TRY(const std::string channel, c.channel.render_strict(*event.scope));
  json.some("channel", channel);
  json.some("username", c.username.render(*event.scope, {.failures = &request.failures}));
  const std::string icon = c.icon.render(*event.scope, {.failures = &request.failures});
  if (!tmpl::safe_link(icon).empty())
    json.some("icon_url", icon);
  else
    json.some("icon_emoji", icon);
  if (c.color) {
    json.key("attachments").list().map();
    json.key("color").text(color_of(event.event));
    json.key("fallback").text(tmpl::clip_markup(text, kFallbackRunesMax)).key("text").text(text);
    json.key("mrkdwn_in").list().text("text").end().end().end();
  } else {
    json.key("text").text(text);
  }
  request.body = json.end().take();
  return request;
}

// https://api.slack.com/messaging/webhooks#handling_errors and the error lists of chat.postMessage.
constexpr std::string_view kWrongSetup[] = {
    "no_service",        "no_service_id",
    "no_team",           "team_disabled",
    "invalid_token",     "invalid_auth",
    "not_authed",        "token_revoked",
    "token_expired",     "account_inactive",
    "missing_scope",     "no_active_hooks",
    "action_prohibited", "posting_to_general_channel_denied",
    "ekm_access_denied"};
// Wrong setup too, unless the event chose the channel.
constexpr std::string_view kWrongChannel[] = {"channel_not_found", "channel_is_archived",
                                              "is_archived",       "not_in_channel",
                                              "user_not_found",    "restricted_action"};
constexpr std::string_view kLater[] = {"ratelimited",    "rate_limited",   "rollup_error",
                                       "fatal_error",    "internal_error", "service_unavailable",
                                       "request_timeout"};

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
  if (is_one_of(word, kLater))
    verdict.kind = VerdictKind::kRetry;
  else if (is_one_of(word, kWrongSetup))
    verdict.kind = VerdictKind::kMisconfigured;
  else if (is_one_of(word, kWrongChannel))
    verdict.kind = c.channel.is_constant() ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  // A status of success with another text: a web page means a wrong address, else it is about the
  // event. Counting it as delivered would lose events without a word.
  else if (verdict.kind == VerdictKind::kDelivered && !word.empty())
    verdict.kind = word.starts_with('<') ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  if (verdict.kind != VerdictKind::kDelivered && verdict.text.empty())
    verdict.text = answer_text(answer);
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(config::Url(c.url)); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "slack",
      .summary = "Posts to an incoming webhook of Slack, Mattermost or Rocket.Chat.",
      .security = "Event data cannot mention people or channels, and links only to http and https.",
      .example = "type: slack\nurl: {env: SLACK_URL}\nchannel: '#ops'\n",
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::slack
