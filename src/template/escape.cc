// Escapes the values of holes for their targets.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cel/value.h"
#include "template/template.h"

namespace tt::tmpl {
namespace {

/// All mark-up knows these references; everything else stays.
void append_character(std::string& out, char c) {
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
    default:
      out += c;
  }
}

void append_html(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        append_character(out, c);
    }
  }
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/// Whether the @ there is that of a mailbox, which no chat takes for a mention. Behind an
/// underscore it may be one: Mattermost drops `:.-_` at a word's beginning before it looks
/// (https://github.com/mattermost/mattermost, server/channels/app/mention_parser_standard.go).
bool is_mailbox_at(std::string_view text, std::size_t at) {
  return at > 0 && is_word(text[at - 1]) && text[at - 1] != '_';
}

/// Bytes of the `http://` or `https://` that `text` begins with.
std::size_t scheme_bytes(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return scheme.size();
  return 0;
}

// https://api.slack.com/reference/surfaces/formatting#escaping; the @ words are those of Slack,
// Mattermost and Rocket.Chat. The latter two find names of people as well;
// in a web address those stay, which would lead elsewhere with more characters in it.
void append_chat(std::string& out, std::string_view text) {
  constexpr std::string_view kMentions[] = {"all", "channel", "everyone", "group", "here"};
  std::size_t address_end = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= address_end && scheme_bytes(text.substr(i)) > 0)
      address_end = std::min(text.find_first_of(" \t\r\n<>|", i), text.size());
    switch (text[i]) {
      case '@':
        out += '@';
        if ((i >= address_end && !is_mailbox_at(text, i)) ||
            std::any_of(std::begin(kMentions), std::end(kMentions), [&](std::string_view word) {
              return equal_ignoring_case(text.substr(i + 1, word.size()), word);
            }))
          out += "\u200b";
        break;
      default:
        append_character(out, text[i]);
    }
  }
}

/// Bytes of the web address that `text` begins with; 0 when it is none. Ends before everything
/// that Markdown could take for its own, and before what could be a mention.
std::size_t address_bytes(std::string_view text) {
  const std::size_t begin = scheme_bytes(text);
  if (begin == 0) return 0;
  std::size_t at = begin;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '@' && !is_mailbox_at(text, at)) break;
    if (!is_word(c) && std::string_view("-.~:/?#@!$&'+,;=%").find(c) == std::string_view::npos)
      break;
  }
  return at == begin ? 0 : at;
}

// https://spec.commonmark.org/0.31.2/#backslash-escapes and
// #entity-and-numeric-character-references.
// `<` as a reference, not with a backslash: Mattermost replaces `<!channel>` and `<url|label>`
// before it reads Markdown.
void append_markdown(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_after_word = i > 0 && is_word(text[i - 1]);
    if (const std::size_t bytes = is_after_word ? 0 : address_bytes(text.substr(i)); bytes > 0) {
      out += text.substr(i, bytes);
      i += bytes - 1;
      continue;
    }
    switch (text[i]) {
      case '@':
        out += is_mailbox_at(text, i) ? "@" : "@\u200b";
        break;
      default:
        if (std::string_view("\\`*_[]#~|").find(text[i]) != std::string_view::npos) out += '\\';
        append_character(out, text[i]);
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
    case Escape::kMarkdown:
      append_markdown(out, text);
      return;
  }
}

}  // namespace tt::tmpl
