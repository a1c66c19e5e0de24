// Total over any bytes: what cannot be decoded stays as it was sent.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/hook/body.h"

#include <boost/json/value.hpp>

#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::hook {
namespace {

std::string decoded(std::string_view text) {
  return percent_decode(text, true).value_or(std::string(text));
}

/// Where the string that begins at `at` ends: behind its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

}  // namespace

std::string form_json(std::string_view form) {
  JsonWriter json;
  json.map();
  std::string payload;
  std::size_t members = 0;
  for (const std::string_view pair : split(trim(form), '&')) {
    const std::size_t equals = pair.find('=');
    const std::string name = decoded(pair.substr(0, equals));
    if (name.empty()) continue;
    const std::string value =
        equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1));
    if (name == "payload") payload = value;
    json.key(name).text(value);
    ++members;
  }
  json.end();
  if (members == 1 && parse_json(payload, nullptr, kDepthMax)) return payload;
  return json.take();
}

std::vector<std::string_view> elements(std::string_view json) {
  std::vector<std::string_view> found;
  json = trim(json);
  if (!json.starts_with('[')) return found;
  std::size_t depth = 0, begin = 1;
  const auto add = [&](std::size_t end) {
    const std::string_view element = trim(json.substr(begin, end - begin));
    if (!element.empty()) found.push_back(element);
    begin = end + 1;
  };
  for (std::size_t at = 1; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth-- == 0) {
      add(at);
      break;
    }
    if (c == ',' && depth == 0) add(at);
    ++at;
  }
  return found;
}

}  // namespace tt::portals::entry::hook
