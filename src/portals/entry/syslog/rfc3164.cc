// Old messages: RFC 3164 section 4 and what Cisco, AIX, Linksys and relays make of it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "portals/entry/syslog/message.h"

namespace tt::portals::entry::syslog {
namespace {

constexpr std::size_t kTagBytesMax = 64;  // Section 4.1.3 says 32; services of today are longer.
constexpr std::size_t kHostBytesMax = 255;

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Cisco's number of the message, `25: `, which may be empty: `: `.
/// https://www.cisco.com/c/en/us/td/docs/switches/lan/catalyst9400/software/release/17-4/configuration_guide/sys_mgmt/b_174_sys_mgmt_9400_cg.html
bool skip_sequence_number(std::string_view& rest) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits > 10 || rest.substr(digits, 2) != ": ") return false;
  rest.remove_prefix(digits + 2);
  skip_spaces(rest);
  return true;
}

/// Cisco marks times of a clock that is not set (`*`) or not in sync (`.`).
std::string take_time(std::string_view& rest, const When& when) {
  std::string_view at = rest;
  if (at.starts_with('*') || at.starts_with('.')) at.remove_prefix(1);
  std::string time = read_old_time(at, when);
  if (!time.empty()) rest = at;
  return time;
}

bool is_address_v6(std::string_view word) {
  return std::count(word.begin(), word.end(), ':') > 1 &&
         word.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool is_host(std::string_view word) {
  if (word.empty() || word.size() > kHostBytesMax) return false;
  if (is_address_v6(word)) return true;
  return std::all_of(word.begin(), word.end(),
                     [](char c) {
                       return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || c == ':';
                     }) &&
         word.back() != ':';
}

/// Cisco's `origin-id`: the name of the device, a colon, the time.
bool take_host_before_time(std::string_view& rest, const When& when, Message& message) {
  const std::size_t end = rest.find(": ");
  if (end == std::string_view::npos || !is_host(rest.substr(0, end))) return false;
  std::string_view at = rest.substr(end + 2);
  skip_spaces(at);
  message.timestamp = take_time(at, when);
  if (message.timestamp.empty()) return false;
  message.host = rest.substr(0, end);
  rest = at;
  return true;
}

void take_host(std::string_view& rest, Message& message) {
  // AIX puts a sentence in front of what it relays, and every syslogd counts repeats without a
  // host.
  constexpr std::string_view kForwarded = "Message forwarded from ";
  if (rest.starts_with("last message repeated ")) return;
  std::string_view at = rest;
  const bool is_forwarded = at.starts_with(kForwarded);
  if (is_forwarded) at.remove_prefix(kForwarded.size());
  const std::size_t end = is_forwarded ? at.find(": ") : at.find(' ');
  // A word that is all there is, is the text.
  if (end == std::string_view::npos || !is_host(at.substr(0, end))) return;
  if (at.substr(0, end) != "-") message.host = at.substr(0, end);
  at.remove_prefix(end + (is_forwarded ? 2 : 1));
  skip_spaces(at);
  if (at.starts_with(": ")) at.remove_prefix(2);  // Cisco ASA: `host : %ASA-6-302013: ...`.
  rest = at;
}

/// `%FACILITY-SEVERITY-MNEMONIC: text`. The text keeps it: it is what people look for.
void read_mnemonic(std::string_view rest, Message& message) {
  const std::string_view word = rest.substr(1, rest.find(':') - 1);
  const std::size_t last = word.rfind('-');
  if (rest.find(':') == std::string_view::npos || last == std::string_view::npos || last < 2 ||
      word.find(' ') != std::string_view::npos)
    return;
  const char level = word[last - 1];
  if (word[last - 2] != '-' || level < '0' || level > '7') return;
  message.app = word.substr(0, last - 2);
  message.msgid = word;
  if (message.severity < 0) message.severity = level - '0';
}

/// `app: ` or `app[pid]: `; some leave the colon away behind the bracket.
void take_tag(std::string_view& rest, Message& message) {
  if (rest.starts_with('%')) return read_mnemonic(rest, message);
  const std::size_t end = rest.substr(0, kTagBytesMax).find_first_of(" :[");
  if (end == 0 || end == std::string_view::npos || rest[end] == ' ') return;
  const std::string_view app = rest.substr(0, end);
  const bool is_name = std::all_of(app.begin(), app.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("._-/@()+").find(c) != std::string_view::npos;
  });
  if (!is_name) return;
  std::string_view at = rest.substr(end), procid;
  if (at.starts_with('[')) {
    const std::size_t close = at.substr(0, kTagBytesMax).find_first_of("] ");
    if (close == std::string_view::npos || at[close] == ' ') return;
    procid = at.substr(1, close - 1);
    at.remove_prefix(close + 1);
  }
  if (at.starts_with(':'))
    at.remove_prefix(1);
  else if (procid.empty())
    return;
  if (!at.empty() && at[0] != ' ') return;
  message.app = app;
  message.procid = procid;
  rest = at;
}

}  // namespace

void read_rfc3164(std::string_view& rest, const When& when, Message& message) {
  std::string_view at = rest;
  skip_spaces(at);
  const bool is_numbered = message.priority >= 0 && skip_sequence_number(at);
  message.timestamp = take_time(at, when);
  const bool has_host = message.timestamp.empty() && message.priority >= 0 &&
                        take_host_before_time(at, when, message);
  if (message.timestamp.empty()) {
    // A number in front of nothing that we know is part of the text.
    if (is_numbered && !at.starts_with('%')) return;
    // Without priority and time any text with a colon would have a tag.
    if (message.priority >= 0 || at.starts_with('%')) take_tag(at, message);
    rest = at;
    return;
  }
  const bool is_cisco = at.starts_with(':');
  if (is_cisco) at.remove_prefix(1);
  skip_spaces(at);
  if (!is_cisco && !has_host) take_host(at, message);
  take_tag(at, message);
  rest = at;
}

}  // namespace tt::portals::entry::syslog
