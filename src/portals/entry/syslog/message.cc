// The priority, and which of the two forms follows it.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/syslog/message.h"

#include <algorithm>

#include "base/text.h"

namespace tt::portals::entry::syslog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kPriorityMax = 191;

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

/// Senders end messages with LF, CR LF or NUL even where frames or datagrams end them.
std::string_view without_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(std::string_view(" \t\r\n\0", 5));
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// `<` 1*3DIGIT `>`, both RFCs. What is out of range is part of the text, as RFC 3164 section 4.3.3
/// wants it.
void read_priority(std::string_view& rest, Message& message) {
  const std::size_t end = rest.substr(0, 5).find('>');
  if (!rest.starts_with('<') || end == std::string_view::npos) return;
  const auto value = parse_u64(rest.substr(1, end - 1));
  if (!value || *value > kPriorityMax) return;
  message.priority = static_cast<int>(*value);
  message.severity = message.priority % 8;
  rest.remove_prefix(end + 1);
}

}  // namespace

Message read_message(std::string_view bytes, const When& when) {
  Message message;
  std::string_view rest = without_mark(without_end(bytes));
  read_priority(rest, message);
  if (message.priority < 0 || !read_rfc5424(rest, message)) read_rfc3164(rest, when, message);
  // RFC 5424 section 6.4: the mark only says that the text is UTF-8. The space in front of it is
  // what relays make of the text of an old message.
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  message.text = without_mark(rest);
  return message;
}

}  // namespace tt::portals::entry::syslog
