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

}  // namespace tt::portals::entry::hook
