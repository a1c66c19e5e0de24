// Exit portal: room notifications of HipChat's API v2 (HipChat Server, Data Center, compatible
// ones).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/severity.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"
#include "template/clip.h"
#include "template/link.h"
#include "template/path.h"

namespace tt::portals::exit::hipchat {

enum class Format : std::uint8_t { kHtml, kText };
enum class Notify : std::uint8_t {
  kAlways,
  kInfo,
  kNotice,
  kWarning,
  kError,
  kCritical,
  kAlert,
  kEmergency,
  kNever
};

}  // namespace tt::portals::exit::hipchat

namespace tt::config {

template <>
struct EnumWords<portals::exit::hipchat::Format> {
  static constexpr EnumWord words[] = {{"html", 0}, {"text", 1}};
};
template <>
struct EnumWords<portals::exit::hipchat::Notify> {
  static constexpr EnumWord words[] = {{"always", 0},  {"info", 1},      {"notice", 2},
                                       {"warning", 3}, {"error", 4},     {"critical", 5},
                                       {"alert", 6},   {"emergency", 7}, {"never", 8}};
};

}  // namespace tt::config

namespace tt::portals::exit::hipchat {
namespace {

// https://developer.atlassian.com/server/hipchat/hipchat-rest-api-access-tokens/ and
// https://www.hipchat.com/docs/apiv2/method/send_room_notification (archived with the service).
constexpr std::size_t kMessageRunesMax = 10'000;
constexpr std::size_t kFromRunesMax = 64;
constexpr std::array<std::string_view, 6> kColors{"yellow", "green", "red",
                                                  "purple", "gray",  "random"};

struct Config {
  config::Url url;
  tmpl::Template room;
  Secret token;
  tmpl::Template message;
  Format format = Format::kHtml;
  tmpl::Template color;
  Notify notify = Notify::kError;
  tmpl::Template from;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the server, without `/v2`.")
            .required()
            .example("https://hipchat.example.com"),
        config::field("room", &Config::room, "Id or name of the room.").required().example("ops"),
        config::field("token", &Config::token, "Token with the scope send_notification.")
            .required()
            .example("{file: /run/secrets/hipchat}"),
        config::field("message", &Config::message, "The message; in html, values are escaped.")
            .default_text("severity, message and link")
            .example("'<b>{{ event.project }}</b> {{ event.message }}'"),
        config::field("format", &Config::format, "What the message is written in."),
        config::field("color", &Config::color,
                      "yellow, green, red, purple, gray or random; another word means yellow.")
            .default_text("by severity"),
        config::field("notify", &Config::notify,
                      "Lowest severity that makes a sound; or `always`, `never`."),
        config::field("from", &Config::from, "Label beside the sender's name.")
            .default_text("none"),
    };
  }
};

std::string_view color_of(const event::EventView& event) {
  if (event.text("alert_state") == "resolved") return "green";
  const int rank = severity_rank(event.text("severity"));
  if (rank >= static_cast<int>(Severity::kError)) return "red";
  if (rank >= static_cast<int>(Severity::kWarning)) return "yellow";
  return rank >= static_cast<int>(Severity::kInfo) ? "green" : "gray";
}

std::string default_message(const event::EventView& event, Format format) {
  const bool is_html = format == Format::kHtml;
  const auto escaped = [&](std::string_view text) {
    std::string out;
    tmpl::append_escaped(out, text, is_html ? tmpl::Escape::kHtml : tmpl::Escape::kNone);
    return out;
  };
  std::string text;
  if (const std::string severity = event.text("severity"); !severity.empty())
    text += is_html ? "<b>" + escaped(severity) + "</b> " : severity + ": ";
  text += escaped(event.text("message"));
  const std::string link = event.text("view_link");
  if (!tmpl::safe_link(link).empty())
    text += is_html ? " <a href=\"" + escaped(link) + "\">link</a>" : " " + link;
  return text;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& event = events.front();
  const bool is_html = c.format == Format::kHtml;
  TT_TRY(const std::string room, c.room.render_strict(*event.scope));
  if (trim(room).find_first_not_of('.') == std::string_view::npos)
    return reject("template: `room` is empty");
  std::string segment;
  tmpl::append_escaped(segment, room, tmpl::Escape::kPathSegment);
  if (tmpl::is_climbing_segment(segment)) return reject("template: `room` leaves its place");

  ExitRequest request{.url = join_url(c.url, "/v2/room/" + segment + "/notification"),
                      .headers = {{"Content-Type", "application/json"},
                                  {"Authorization", SensitiveText("Bearer ").append(c.token)}}};
  const auto rendered = [&](const tmpl::Template& text, tmpl::Escape escape) {
    return text.render(*event.scope, {.escape = escape, .failures = &request.failures});
  };
  std::string message =
      c.message.empty() ? default_message(event.event, c.format)
                        : rendered(c.message, is_html ? tmpl::Escape::kHtml : tmpl::Escape::kNone);
  message =
      is_html ? tmpl::clip_html(message, kMessageRunesMax) : clip_runes(message, kMessageRunesMax);
  if (trim(message).empty()) return reject("the message is empty");

  std::string color(color_of(event.event));
  if (!c.color.empty()) {
    color = to_lower(rendered(c.color, tmpl::Escape::kNone));
    if (std::find(kColors.begin(), kColors.end(), color) == kColors.end()) color = kColors[0];
  }
  const int rank = severity_rank(event.event.text("severity"));
  JsonWriter json;
  json.map().key("color").text(color);
  json.key("message").text(message);
  json.key("notify").boolean(rank >= static_cast<int>(c.notify));
  json.key("message_format").text(is_html ? "html" : "text");
  json.some("from", clip_runes(rendered(c.from, tmpl::Escape::kNone), kFromRunesMax));
  request.body = json.end().take();
  return request;
}

bool url_has_holes(const Config& c) { return !c.room.is_constant(); }
std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "hipchat",
      .summary = "Notifies a room of a HipChat server.",
      .security = "Event data is escaped for path and HTML and links only to http and https; the "
                  "token goes in a header.",
      .example = "type: hipchat\nurl: https://hipchat.example.com\nroom: ops\n"
                 "token: {file: /run/secrets/hipchat}\n",
      .base = &Config::url,
      .encode = encode,
      .url_has_holes = url_has_holes,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::hipchat
