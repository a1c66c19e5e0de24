// Texts for people in chats, and the members that say who posts.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/chat.h"

#include <algorithm>
#include <array>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "config/url.h"
#include "template/link.h"

namespace tt::portals {
namespace {

constexpr std::size_t kTitleRunesMax = 120;
constexpr std::size_t kStandingRunesMax = 40;
constexpr std::size_t kFactRunesMax = 200;

/// The field on one line, cut.
std::string line_of(const event::EventView& event, std::string_view name, std::size_t runes_max) {
  const std::string text = printable(event.text(name));
  return clip_runes(trim(text), runes_max);
}

std::string capitalised(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

}  // namespace

std::string_view chat_color(const event::EventView& event) {
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

std::string chat_standing(const event::EventView& event) {
  const std::string state = event.text("alert_state");
  if (state == "resolved" || state == "acknowledged") return state;
  return line_of(event, "severity", kStandingRunesMax);
}

std::string chat_message(const event::EventView& event) {
  const std::string message = event.text("message"), standing = chat_standing(event);
  const std::string_view begin = std::string_view(message).substr(0, standing.size());
  if (standing.empty() || !equal_ignoring_case(begin, standing)) return message;
  const std::string_view rest = std::string_view(message).substr(standing.size());
  const std::string_view told = rest.starts_with(':') ? trim(rest.substr(1)) : "";
  return told.empty() ? message : std::string(told);
}

std::string chat_title(const event::EventView& event) {
  std::string title = capitalised(chat_standing(event));
  for (const char* name : {"project", "service", "host"}) {
    const std::string subject = line_of(event, name, kTitleRunesMax);
    if (subject.empty()) continue;
    title += (title.empty() ? "" : ": ") + subject;
    break;
  }
  if (title.empty()) title = line_of(event, "kind", kTitleRunesMax);
  if (title.empty() || title == "unknown") title = "Event";
  return clip_runes(title, kTitleRunesMax);
}

std::string chat_fact_value(std::string_view text) {
  const std::string line = printable(text);
  return clip_runes(trim(line), kFactRunesMax);
}

std::vector<ChatFact> chat_facts(const event::EventView& event) {
  // Not alert_key, which is for machines.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFields{
      {{"project", "Project"},
       {"service", "Service"},
       {"host", "Host"},
       {"status", "Status"},
       {"actor", "By"},
       {"alert_state", "Alert"}}};
  std::vector<ChatFact> facts;
  for (const auto& [field, name] : kFields)
    if (std::string value = chat_fact_value(event.text(field)); !value.empty())
      facts.push_back({name, std::move(value)});
  return facts;
}

void append_markdown(std::string& out, std::string_view text) {
  tmpl::append_escaped(out, text, tmpl::Escape::kMarkdown);
}

std::string markdown_link(std::string_view label, std::string_view url) {
  if (tmpl::safe_link(url).empty()) return "";
  std::string link = "[" + std::string(label) + "](";
  tmpl::append_markdown_target(link, url);
  return link + ")";
}

bool is_web_page(std::string_view body) { return trim(body).starts_with('<'); }

Status check_hook_url(const Secret& url) {
  const std::string text = url.reveal();
  if (text.empty()) return {};
  const auto parts = config::parse_url(text);
  return parts.ok() ? Status() : Status(parts.error());
}

void add_chat_sender(JsonWriter& json, const ChatSender& sender, const OutgoingEvent& event,
                     tmpl::HoleFailures& failures) {
  json.some("channel", sender.channel);
  json.some("username", sender.username.render(*event.scope, {.failures = &failures}));
  const std::string icon = sender.icon.render(*event.scope, {.failures = &failures});
  json.some(tmpl::safe_link(icon).empty() ? "icon_emoji" : "icon_url", icon);
}

}  // namespace tt::portals
