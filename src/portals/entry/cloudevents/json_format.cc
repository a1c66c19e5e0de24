// The JSON format, and what every CloudEvent must have.
// SPDX-License-Identifier: Apache-2.0
//
// https://github.com/cloudevents/spec/blob/main/cloudevents/formats/json-format.md
#include <algorithm>
#include <boost/json/object.hpp>
#include <limits>

#include "base/digest.h"
#include "base/text.h"
#include "portals/entry/cloudevents/cloud_event.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/json.h"
#include "portals/kit/json_parts.h"

namespace tt::portals::entry::cloudevents {
namespace {

constexpr std::string_view kRequired[] = {"specversion", "id", "source", "type"};
/// Attributes of the specification are strings; `schemaurl` and `datacontentencoding` are of 0.3.
constexpr std::string_view kStrings[] = {
    "specversion", "id",         "source",          "type",      "subject",
    "time",        "dataschema", "datacontenttype", "schemaurl", "datacontentencoding"};

bool is_data(std::string_view name) { return name == "data" || name == "data_base64"; }

/// spec.md "Attribute Naming Convention". Upper case is tolerated, as by SDKs.
bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

/// spec.md "Type System": of numbers only 32-bit integers.
bool is_integer(const boost::json::value& value) {
  const std::int64_t* number = value.if_int64();
  return number && *number >= std::numeric_limits<std::int32_t>::min() &&
         *number <= std::numeric_limits<std::int32_t>::max();
}

Status add_attribute(const std::string& name, const boost::json::value& value, CloudEvent& event) {
  if (value.is_null()) return {};
  const bool is_text =
      std::find(std::begin(kStrings), std::end(kStrings), name) != std::end(kStrings);
  if (is_text && !value.is_string()) return reject("`" + name + "` must be a string");
  if (value.is_number() && !is_integer(value))
    return reject("`" + name + "` must be a string, a boolean or a 32-bit integer");
  event.attributes.emplace_back(name,
                                value.is_structured() ? json_text(value) : any_text_at(value, ""));
  return {};
}

/// The data of an event whose text holds it as base64: decoded where that is JSON or text.
Status add_encoded(std::string_view member, const boost::json::value& body, std::string_view json,
                   CloudEvent& event) {
  const boost::json::value* text = find_at(body, member);
  const auto bytes = unbase64(text_at(body, member));
  if (!text || !text->is_string() || !bytes)
    return reject("`" + std::string(member) + "` is no base64");
  Data data = data_of(*bytes, event.attribute("datacontenttype"));
  event.data = std::move(data.value);
  if (data.json.empty() || (member == "data_base64" && data.member == member)) return {};
  JsonWriter writer;
  writer.map();
  for (const JsonMember& one : json_members(json))
    if (!is_data(one.name) && one.name != "datacontentencoding")
      writer.key(one.name).raw(one.value);
  event.json = writer.key(data.member).raw(data.json).end().take();
  return {};
}

}  // namespace

std::string_view CloudEvent::attribute(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == attributes.end() ? std::string_view{} : std::string_view(found->second);
}

ReadJson parse_mended(std::string_view text) {
  ReadJson read{.json = std::string(text), .value = parse_json(text, nullptr, kDepthMax)};
  if (read.value) return read;
  read.json = mend_json(text);
  read.value = parse_json(read.json, &read.error, kDepthMax);
  return read;
}

Status check(const CloudEvent& event) {
  std::vector<std::string> missing;
  for (const std::string_view name : kRequired)
    if (event.attribute(name).empty()) missing.push_back("`" + std::string(name) + "`");
  if (!missing.empty())
    return reject("no CloudEvent: without " + join(missing, ", ") +
                  " (in binary mode headers with the prefix `ce-`)");
  const std::string_view version = event.attribute("specversion");
  if (version != "1.0" && version != "0.3") return reject("`specversion` must be 1.0 or 0.3");
  for (const auto& [name, value] : event.attributes)
    if (!is_name(name))
      return reject("`" + printable(name) + "` is no name of an attribute: only a-z and 0-9 are");
  return {};
}

Result<CloudEvent> read_json(std::string_view text) {
  ReadJson read = parse_mended(text);
  const auto body = std::move(read.value);
  if (!body) return reject("no JSON: " + read.error);
  CloudEvent event;
  event.json = std::move(read.json);
  const boost::json::object* members = body->if_object();
  if (!members) return reject("an event of the JSON format is a JSON object");
  for (const auto& [name, value] : *members) {
    if (is_data(name)) continue;
    TT_CHECK(add_attribute(to_lower(std::string_view(name)), value, event));
  }
  TT_CHECK(check(event));

  const boost::json::value* data = find_at(*body, "data");
  const boost::json::value* encoded = find_at(*body, "data_base64");
  if (data && data->is_null()) data = nullptr;
  if (encoded && encoded->is_null()) encoded = nullptr;
  if (data && encoded) return reject("an event has `data` or `data_base64`, not both");
  if (encoded) {
    TT_CHECK(add_encoded("data_base64", *body, event.json, event));
  } else if (data && event.attribute("datacontentencoding") == "base64") {
    TT_CHECK(add_encoded("data", *body, event.json, event));
  } else if (data) {
    event.data = {body, data};
  }
  return event;
}

}  // namespace tt::portals::entry::cloudevents
