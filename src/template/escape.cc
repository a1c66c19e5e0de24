// Escapes the values of holes for their targets.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "base/text.h"
#include "cel/value.h"
#include "template/template.h"

namespace tt::tmpl {
namespace {

void append_html(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

// https://api.slack.com/reference/surfaces/formatting#escaping; the @ words are those of Slack,
// Mattermost and Rocket.Chat.
void append_chat(std::string& out, std::string_view text) {
  constexpr std::string_view kMentions[] = {"all", "channel", "everyone", "group", "here"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '@':
        out += '@';
        for (std::string_view word : kMentions)
          if (equal_ignoring_case(text.substr(i + 1, word.size()), word)) {
            out += "\u200b";
            break;
          }
        break;
      default:
        out += text[i];
    }
  }
}

}  // namespace

std::string hole_text(const cel::Value& value) { return cel::display(value); }

void append_escaped(std::string& out, std::string_view text, Escape escape) {
  switch (escape) {
    case Escape::kNone:
    case Escape::kHeader:  // Refused as a whole when it holds a line break.
      out += text;
      return;
    case Escape::kPathSegment:
      // A segment of dots would climb out of the path (RFC 3986 section 5.2.4).
      if (text == "." || text == "..") {
        for (std::size_t i = 0; i < text.size(); ++i) out += "%2E";
        return;
      }
      out += percent_encode(text);
      return;
    case Escape::kQueryValue:
      out += percent_encode(text);
      return;
    case Escape::kHtml:
      append_html(out, text);
      return;
    case Escape::kChat:
      append_chat(out, text);
      return;
  }
}

}  // namespace tt::tmpl
