// Exit portal: posts cards to Microsoft Teams through a workflow of Power Automate.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/chat.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"
#include "template/link.h"

namespace tt::portals::exit::teams {
namespace {

// https://learn.microsoft.com/connectors/teams/#known-issues-and-limitations-with-actions: about 28
// KB. https://www.rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message measured 21,000 bytes,
// which are 28,000 in Base64.
constexpr std::size_t kBodyBytesMax = 21'000;
constexpr std::size_t kTitleRunesMax = 256;

struct Config {
  Secret url;
  tmpl::Template title, text;
  std::vector<std::pair<std::string, tmpl::Template>> facts;

  static constexpr auto fields() {
    return std::tuple{
        config::field(
            "url", &Config::url,
            "Address of the workflow that posts to a channel or chat; who has it may post.")
            .required()
            .example("{env: TEAMS_URL}"),
        config::field("title", &Config::title, "First line, in the severity's colour.")
            .default_text("severity and project, service or host")
            .example("'{{ event.project }} {{ event.status }}'"),
        config::field("text", &Config::text, "What stands below it.").default_text("the message"),
        config::field("facts", &Config::facts, "Names and texts of the rows below the text.")
            .default_text("project, service, host, status, actor and alert_state")
            .example("{Branch: '{{ event.branch }}'}"),
    };
  }
  static Status check(const Config& c);
};

/// Whether the host is that of the connectors of Office 365, which Microsoft has retired:
/// https://devblogs.microsoft.com/microsoft365dev/retirement-of-office-365-connectors-within-microsoft-teams/
bool is_connector(std::string_view host) {
  return host == "webhook.office.com" || host.ends_with(".webhook.office.com") ||
         host == "outlook.office.com" || host == "outlook.office365.com";
}

Status Config::check(const Config& c) {
  TT_CHECK(check_hook_url(c.url));
  const auto parts = config::parse_url(c.url.reveal());
  if (parts.ok() && is_connector(parts->host))
    return misconfigured(
        "`url` is that of an Office 365 connector, which Microsoft has retired; in Teams, open "
        "Workflows, choose \"Send webhook alerts to a channel\" and take the address it shows");
  return {};
}

/// https://adaptivecards.io/explorer/TextRun.html#colors
std::string_view color_of(const event::EventView& event) {
  if (event.text("alert_state") == "resolved") return "Good";
  const int rank = severity_rank(event.text("severity"));
  if (rank >= static_cast<int>(Severity::kError)) return "Attention";
  if (rank >= static_cast<int>(Severity::kWarning)) return "Warning";
  return rank >= static_cast<int>(Severity::kInfo) ? "Accent" : "Default";
}

struct Card {
  std::string title, text;
  std::string_view color;
  std::vector<ChatFact> facts;
  std::string view_link, ack_link;
};

void add_run(JsonWriter& json, std::string_view text, std::string_view title_color) {
  // Not a TextBlock, which reads Markdown: an event could disguise a link.
  json.map().key("type").text("RichTextBlock").key("inlines").list().map();
  json.key("type").text("TextRun").key("text").text(text);
  if (!title_color.empty()) {
    json.key("weight").text("Bolder").key("size").text("Medium");
    json.key("color").text(title_color);
  }
  json.end().end().end();
}

/// Facts read Markdown, which knows bold, italic, lists and links; only the latter deceive.
std::string without_links(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '(' && out.ends_with(']')) out += "\u200b";
    out += c;
  }
  return out;
}

void add_facts(JsonWriter& json, const std::vector<ChatFact>& facts) {
  if (facts.empty()) return;
  json.map().key("type").text("FactSet").key("facts").list();
  for (const ChatFact& fact : facts) {
    json.map().key("title").text(fact.name).key("value").text(without_links(fact.value)).end();
  }
  json.end().end();
}

void add_action(JsonWriter& json, std::string_view title, std::string_view url) {
  if (url.empty()) return;
  json.map().key("type").text("Action.OpenUrl").key("title").text(title);
  json.key("url").text(url).end();
}

// https://learn.microsoft.com/connectors/teams/#adaptivecarditemschema and
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference.
std::string body_of(const Card& card) {
  JsonWriter json;
  json.map().key("type").text("message").key("attachments").list().map();
  json.key("contentType").text("application/vnd.microsoft.card.adaptive");
  json.key("contentUrl").raw("null").key("content").map();
  json.key("$schema").text("http://adaptivecards.io/schemas/adaptive-card.json");
  json.key("type").text("AdaptiveCard").key("version").text("1.4");
  json.key("msteams").map().key("width").text("Full").end();
  json.key("body").list();
  add_run(json, card.title, card.color);
  add_run(json, card.text, "");
  add_facts(json, card.facts);
  json.end();
  if (!card.view_link.empty() || !card.ack_link.empty()) {
    json.key("actions").list();
    add_action(json, "View", card.view_link);
    add_action(json, "Acknowledge", card.ack_link);
    json.end();
  }
  return json.end().end().end().end().take();
}

/// The longest beginning of `text` that takes at most `bytes_max` as JSON without quotes.
std::string clip_json(std::string_view text, std::size_t bytes_max) {
  const auto json_bytes = [](std::string_view part) { return json_string(part).size() - 2; };
  if (json_bytes(text) <= bytes_max) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  std::size_t budget = bytes_max - std::min(bytes_max, kEllipsis.size());
  std::string_view kept = clip_bytes(text, budget);
  // Each escaped byte takes six at most, so a sixth of the excess is never too much.
  for (std::size_t bytes = json_bytes(kept); bytes > budget; bytes = json_bytes(kept))
    kept = clip_bytes(kept, kept.size() - (bytes - budget + 5) / 6);
  return std::string(kept).append(kEllipsis);
}

/// The card as it fits: facts go while they take more than half, the text gets what is left.
std::string fitted(Card card) {
  const std::string text = std::move(card.text);
  card.text.clear();
  while (!card.facts.empty() && body_of(card).size() > kBodyBytesMax / 2) card.facts.pop_back();
  const std::size_t others = body_of(card).size();
  card.text = clip_json(text, kBodyBytesMax - std::min(kBodyBytesMax, others));
  return body_of(card);
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  ExitRequest request{.url = SensitiveText(c.url),
                      .headers = {{"Content-Type", "application/json"}}};
  const auto rendered = [&](const tmpl::Template& text) {
    return text.render(*event.scope, {.failures = &request.failures});
  };
  Card card{.color = color_of(event.event)};
  card.title = clip_runes(printable(c.title.empty() ? "" : rendered(c.title)), kTitleRunesMax);
  std::string message = event.event.text("message");
  if (trim(card.title).empty()) {
    card.title = chat_title(event.event);
    message = chat_message(event.event);
  }
  card.text = printable(c.text.empty() ? message : rendered(c.text), "\n\t");
  if (trim(card.text).empty()) return reject("the text is empty");
  if (c.facts.empty()) card.facts = chat_facts(event.event);
  for (const auto& [name, value] : c.facts)
    if (std::string text = chat_fact_value(rendered(value)); !text.empty())
      card.facts.push_back({name, std::move(text)});
  card.view_link = tmpl::safe_link(event.event.text("view_link"));
  card.ack_link = tmpl::safe_link(event.event.text("ack_link"));
  request.body = fitted(std::move(card));
  return request;
}

/// What Power Automate calls the mistake; empty: none of its answers.
std::string error_code(std::string_view body) {
  const auto json = parse_json(body);
  if (!json) return "";
  const std::string_view code = text_at(*json, "error.code");
  return std::string(code.empty() ? text_at(*json, "code") : code);
}

std::vector<Verdict> judge(const Config&, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, false, now_ns);
  if (verdict.kind == VerdictKind::kDelivered) {
    // The run that posts; its history says what became of the card.
    verdict.reference = printable(answer.header("x-ms-workflow-run-id"));
    if (!is_web_page(answer.body)) return {std::move(verdict)};
    verdict.kind = VerdictKind::kMisconfigured;
    verdict.text = answer_text(answer) + "; `url` is no workflow of Power Automate";
    return {std::move(verdict)};
  }
  // Codes of Azure Logic Apps, which workflows are made of: a flow that is off or gone answers 400,
  // and so does one that wants another message, whatever the event.
  const std::string code = error_code(answer.body);
  const bool is_gone = answer.status == 404 || answer.status == 410 ||
                       ((answer.status == 400 || answer.status == 409) &&
                        (code == "WorkflowTriggerIsNotEnabled" || code == "WorkflowDisabled" ||
                         code == "WorkflowNotFound" || code == "WorkflowTriggerNotFound"));
  if (is_gone) {
    verdict.kind = VerdictKind::kMisconfigured;
    verdict.text += "; turn the workflow on in Teams, or copy the address of the one that is";
  } else if (code == "TriggerInputSchemaMismatch") {
    verdict.kind = VerdictKind::kMisconfigured;
    verdict.text += "; the workflow must begin with \"When a Teams webhook request is received\"";
  } else if (answer.status == 401 || answer.status == 403) {
    verdict.text += "; copy the whole address of the workflow again, and let anyone trigger it";
  }
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(config::Url(c.url)); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "teams",
      .summary = "Posts cards to Microsoft Teams through a workflow of Power Automate.",
      .security = "Event data is plain text in the card, cannot mention people, and becomes a "
                  "button only when it is an http or https address.",
      .example = "type: teams\nurl: {env: TEAMS_URL}\n",
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::teams
