// The header and the structured data of RFC 5424 section 6; lengths are not enforced.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "portals/entry/syslog/message.h"

namespace tt::portals::entry::syslog {
namespace {

constexpr std::size_t kVersionDigitsMax = 3;
constexpr std::size_t kParametersMax = 256;  // What follows them stays in the text.

/// Up to the next space, which is taken too. False when nothing is left.
bool take_word(std::string_view& rest, std::string_view& word) {
  if (rest.empty()) return false;
  const std::size_t end = rest.find(' ');
  word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (word == "-") word = {};
  return true;
}

/// Without this an old message that begins with a number would be taken for a new one.
bool looks_like_date(std::string_view word) {
  if (word.size() < 10 || word[4] != '-' || word[7] != '-') return false;
  return std::all_of(word.begin(), word.begin() + 4, is_digit);
}

/// PARAM-VALUE up to its closing quote, which is taken too. Section 6.3.3: a backslash in front of
/// another character than `"`, `\` and `]` is a backslash.
bool take_value(std::string_view& rest, std::string& value) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char next = i + 1 < rest.size() ? rest[i + 1] : '\0';
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] == '\\' && (next == '"' || next == '\\' || next == ']')) ++i;
    value += rest[i];
  }
  return false;
}

void add_value(std::vector<Parameter>& all, std::string name, std::string value) {
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const Parameter& one) { return one.name == name; });
  Parameter& parameter = same == all.end() ? all.emplace_back() : *same;
  parameter.name = std::move(name);
  parameter.values.push_back(std::move(value));
}

struct Element {
  std::string id;
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// One SD-ELEMENT; nothing is taken when it is none.
bool take_element(std::string_view& rest, Element& element) {
  const std::size_t id_end = rest.find_first_of(" ]=\"", 1);
  if (id_end == std::string_view::npos || id_end == 1) return false;
  element.id = rest.substr(1, id_end - 1);
  std::string_view at = rest.substr(id_end);
  while (at.starts_with(' ')) {
    at.remove_prefix(1);
    const std::size_t name_end = at.find_first_of(" ]=\"");
    if (name_end == std::string_view::npos || name_end == 0) break;  // A space before the bracket.
    const std::string_view name = at.substr(0, name_end);
    at.remove_prefix(name_end);
    if (!at.starts_with("=\"") || element.parameters.size() == kParametersMax) return false;
    at.remove_prefix(2);
    auto& [key, value] = element.parameters.emplace_back(element.id + ".", std::string());
    key += name;
    if (!take_value(at, value)) return false;
  }
  if (!at.starts_with(']')) return false;
  rest = at.substr(1);
  return true;
}

/// What is not well formed, or too much, stays in the text.
void read_structured(std::string_view& rest, Message& message) {
  const std::string_view all = rest;
  std::size_t count = 0;
  for (Element one; rest.starts_with('['); one = {}) {
    std::string_view at = rest;
    if (!take_element(at, one) || (count += one.parameters.size() + 1) > kParametersMax) break;
    rest = at;
    if (one.parameters.empty()) message.structured.push_back({std::move(one.id), {}});
    for (auto& [name, value] : one.parameters)
      add_value(message.structured, std::move(name), std::move(value));
  }
  message.structured_text = all.substr(0, all.size() - rest.size());
}

}  // namespace

bool read_rfc5424(std::string_view& rest, Message& message) {
  std::string_view at = rest;
  const std::size_t digits = std::min(at.find_first_not_of("0123456789"), at.size());
  if (digits == 0 || digits > kVersionDigitsMax || at[0] == '0') return false;
  at.remove_prefix(digits);
  if (!at.starts_with(' ')) return false;
  at.remove_prefix(1);

  std::string_view time, host, app, procid, msgid;
  if (!at.starts_with("- ") && !looks_like_date(at.substr(0, at.find(' ')))) return false;
  for (std::string_view* word : {&time, &host, &app, &procid, &msgid})
    if (!take_word(at, *word)) return false;

  if (parse_time(time))
    message.timestamp = time;
  else
    message.bad_timestamp = time;
  message.host = host;
  message.app = app;
  message.procid = procid;
  message.msgid = msgid;
  if (at == "-" || at.starts_with("- "))
    at.remove_prefix(1);
  else
    read_structured(at, message);
  rest = at;
  return true;
}

}  // namespace tt::portals::entry::syslog
