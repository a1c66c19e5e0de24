// Chat: what exits to chat services share: colours, titles, facts, Markdown, who posts where.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "event/event.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"

namespace tt::portals {

/// "#rrggbb" for the bar at a message's side: green when an alert is resolved, else by severity.
std::string_view chat_color(const event::EventView& event);

/// "resolved" or "acknowledged" where an alert is that, else the severity as the sender wrote it:
/// the word that a message begins with. One line of at most 40 characters, not escaped.
std::string chat_standing(const event::EventView& event);

/// The message, without the standing where it begins with that ("Resolved: disk full"), for texts
/// that say the standing themselves. Not escaped.
std::string chat_message(const event::EventView& event);

/// "Critical: web": how the alert stands, or the severity, and what it is about (project, service
/// or host); the kind when the event says neither. One line of at most 120 characters, not escaped.
std::string chat_title(const event::EventView& event);

struct ChatFact {
  std::string_view name;  ///< "Project".
  std::string value;      ///< One line, not escaped.
};
/// The well-known fields that people look for, where the event has them.
std::vector<ChatFact> chat_facts(const event::EventView& event);
/// What a value of a fact is cut to; so that those from templates look like the others.
std::string chat_fact_value(std::string_view text);

/// Appends `text` so that Markdown shows it as it is: what would be markup is escaped, mentions of
/// people and channels get a zero width space (U+200B) behind the @. Web addresses stay whole.
void append_markdown(std::string& out, std::string_view text);
/// "[label](url)"; empty when `url` is no web address. The label is the author's.
std::string markdown_link(std::string_view label, std::string_view url);

/// Whether a text that should say that all is well is a web page: of a proxy, a login, another
/// service. Taken for a delivery, it would lose events without a word.
bool is_web_page(std::string_view body);

/// Of an incoming webhook whose address is the secret; no error while it has no text.
Status check_hook_url(const Secret& url);

/// Who posts, and where: options that Slack, Mattermost and Rocket.Chat call the same.
struct ChatSender {
  std::string_view channel;  ///< Rendered.
  const tmpl::Template& username;
  const tmpl::Template& icon;  ///< `:emoji:` or the URL of a picture.
};
/// Adds the members channel, username, icon_url and icon_emoji, each where it says something.
void add_chat_sender(JsonWriter& json, const ChatSender& sender, const OutgoingEvent& event,
                     tmpl::HoleFailures& failures);

}  // namespace tt::portals
