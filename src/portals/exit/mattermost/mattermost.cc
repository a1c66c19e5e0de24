// Exit portal: posts to an incoming webhook of Mattermost.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/chat.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"
#include "template/clip.h"
#include "template/link.h"

namespace tt::portals::exit::mattermost {

enum class Priority : std::uint8_t { kStandard, kImportant, kUrgent, kSeverity };

}  // namespace tt::portals::exit::mattermost

namespace tt::config {

template <>
struct EnumWords<portals::exit::mattermost::Priority> {
  static constexpr EnumWord words[] = {
      {"standard", 0}, {"important", 1}, {"urgent", 2}, {"severity", 3}};
};

}  // namespace tt::config

namespace tt::portals::exit::mattermost {
namespace {

// PostMessageMaxRunesV2 in mattermost/mattermost, server/public/model/post.go; longer messages of a
// webhook are split into several.
constexpr std::size_t kTextRunesMax = 16'383;
// For notifications, which show one line.
constexpr std::size_t kFallbackRunesMax = 1024;

struct Config {
  Secret url;
  tmpl::Template text, channel, username, icon;
  bool color = true, facts = true;
  Priority priority = Priority::kStandard;
  bool requested_ack = false;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the incoming webhook; who has it may post.")
            .required()
            .example("{env: MATTERMOST_URL}"),
        config::field("text", &Config::text,
                      "Text in Markdown; values are escaped, a hole in `[...](...)` is a web link.")
            .default_text("**severity** (or resolved) message (link)")
            .example("'**{{ event.project }}** {{ event.message }}'"),
        config::field("channel", &Config::channel,
                      "Name of another channel (as in its address), or `@user`.")
            .default_text("that of the webhook")
            .example("town-square"),
        config::field("username", &Config::username,
                      "Name shown as the author, where the server allows that.")
            .default_text("that of the webhook"),
        config::field("icon", &Config::icon,
                      "`:emoji:`, or the URL of a picture, where the server allows that.")
            .default_text("that of the webhook"),
        config::field("color", &Config::color, "A bar at the side in the severity's colour."),
        config::field("facts", &Config::facts,
                      "Project, service, host, status and the like below the text."),
        config::field("priority", &Config::priority,
                      "`severity`: important from `warning`, urgent from `critical`."),
        config::field("requested_ack", &Config::requested_ack,
                      "Asks people to acknowledge messages that are important or urgent."),
    };
  }
  static Status check(const Config& c) {
    if (c.requested_ack && c.priority == Priority::kStandard)
      return misconfigured("`requested_ack` needs a `priority` other than standard");
    return check_hook_url(c.url);
  }
};

/// The message is cut, so that the link behind it stays.
std::string default_text(const event::EventView& event) {
  std::string begin, message;
  if (const std::string standing = chat_standing(event); !standing.empty()) {
    begin = "**";
    append_markdown(begin, standing);
    begin += "** ";
  }
  std::string end = markdown_link("link", event.text("view_link"));
  if (!end.empty()) end = " (" + end + ")";
  append_markdown(message, chat_message(event));
  return begin + tmpl::clip_markup(message, kTextRunesMax - count_runes(begin) - end.size()) + end;
}

// https://docs.mattermost.com/developers/integrate/reference/message-attachments
void add_attachment(JsonWriter& json, const Config& c, const event::EventView& event,
                    std::string_view text) {
  json.key("attachments").list().map();
  if (c.color) json.key("color").text(chat_color(event));
  // Without Markdown, which notifications do not read.
  const std::string summary = c.text.empty()
                                  ? chat_title(event) + ": " + printable(chat_message(event))
                                  : std::string(text);
  json.key("fallback").text(clip_runes(summary, kFallbackRunesMax)).key("text").text(text);
  const std::vector<ChatFact> facts = c.facts ? chat_facts(event) : std::vector<ChatFact>();
  if (!facts.empty()) {
    json.key("fields").list();
    for (const ChatFact& fact : facts) {
      std::string value;
      append_markdown(value, fact.value);
      json.map().key("short").boolean(true).key("title").text(fact.name);
      json.key("value").text(value).end();
    }
    json.end();
  }
  json.end().end();
}

// https://docs.mattermost.com/developers/integrate/reference/message-priority
void add_priority(JsonWriter& json, const Config& c, const event::EventView& event) {
  Priority priority = c.priority;
  if (priority == Priority::kSeverity) {
    const int rank = severity_rank(event.text("severity"));
    priority = Priority::kStandard;
    // Good news wakes nobody.
    if (event.text("alert_state") != "resolved" && rank >= static_cast<int>(Severity::kWarning))
      priority =
          rank >= static_cast<int>(Severity::kCritical) ? Priority::kUrgent : Priority::kImportant;
  }
  if (priority == Priority::kStandard) return;
  json.key("priority").map();
  json.key("priority").text(priority == Priority::kUrgent ? "urgent" : "important");
  if (c.requested_ack) json.key("requested_ack").boolean(true);
  json.end();
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = SensitiveText(c.url),
                      .headers = {{"Content-Type", "application/json"}}};
  TT_TRY(const std::string channel, c.channel.render_strict(*event.scope));
  std::string text = default_text(event.event);
  if (!c.text.empty()) {
    text = c.text.render(*event.scope,
                         {.escape = tmpl::Escape::kMarkdown, .failures = &request.failures});
    text = tmpl::clip_markup(text, kTextRunesMax);
  }
  if (trim(text).empty()) return reject("the text is empty");

  JsonWriter json;
  json.map();
  add_chat_sender(json, {channel, c.username, c.icon}, event, request.failures);
  if (c.color || c.facts)
    add_attachment(json, c, event.event, text);
  else
    json.key("text").text(text);
  add_priority(json, c, event.event);
  request.body = json.end().take();
  return request;
}

// Ids of HandleIncomingWebhook and CreateWebhookPost in mattermost/mattermost,
// server/channels/app/webhook.go. Their statuses mislead: webhooks that are switched off answer
// 501, a webhook that is gone 400.
constexpr std::string_view kWrongSetup[] = {
    "web.incoming_webhook.disabled.app_error", "web.incoming_webhook.invalid.app_error",
    "app.channel.get.existing.app_error", "api.incoming_webhook.disabled.app_error"};
// Wrong setup too, unless the event chose the channel.
constexpr std::string_view kWrongChannel[] = {
    "web.incoming_webhook.channel.app_error", "web.incoming_webhook.channel_locked.app_error",
    "web.incoming_webhook.permissions.app_error", "web.incoming_webhook.user.app_error"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, false, now_ns);
  const std::string_view said = trim(answer.body);
  if (verdict.kind == VerdictKind::kDelivered) {
    if (said.empty() || equal_ignoring_case(said, "ok")) return {std::move(verdict)};
    verdict.text = answer_text(answer) + "; a webhook of Mattermost answers ok";
    verdict.kind = VerdictKind::kMisconfigured;
    return {std::move(verdict)};
  }
  const auto json = parse_json(said);
  const std::string_view id = json ? text_at(*json, "id") : std::string_view();
  if (is_one_of(id, kWrongSetup))
    verdict.kind = VerdictKind::kMisconfigured;
  else if (is_one_of(id, kWrongChannel))
    verdict.kind = c.channel.is_constant() ? VerdictKind::kMisconfigured : VerdictKind::kRejected;
  if (!id.empty()) {
    verdict.text = "HTTP " + std::to_string(answer.status) + ": " +
                   printable(clip_bytes(text_at(*json, "message"), kFallbackRunesMax)) + " (" +
                   printable(clip_bytes(id, kFallbackRunesMax)) + ")";
  }
  if (verdict.kind != VerdictKind::kRetry) verdict.retry_after_ns.reset();
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(config::Url(c.url)); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "mattermost",
      .summary = "Posts to a channel of Mattermost through an incoming webhook.",
      .security =
          "Event data cannot mention people or channels, cannot bring its own Markdown, and links "
          "only to http and https.",
      .example = "type: mattermost\nurl: {env: MATTERMOST_URL}\npriority: severity\n",
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::mattermost
