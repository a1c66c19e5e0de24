// Golden events of CloudEvents: one line a payload of the shared data, and what its makers expect
// of it. TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>

#include "base/digest.h"
#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kCloudEventsData = TT_SHARED_DIR "/data/05-cloudevents/open";
const std::string kCapture = TT_SHARED_DIR "/data/11-captures/open/cloudevents-js.json";

struct CloudEventCase {
  std::string name;
  Sent sent;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< Expected.
  std::string data;  ///< Expected, as JSON; empty: nothing is.
  bool is_rejected = false;
};

/// Header lines, an empty line, the body. Examples end with a newline that is not theirs.
Sent sent_of_text(std::string_view text) {
  Sent sent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() && !sent.headers.empty()) break;
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos)
      sent.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  sent.body = text;
  return sent;
}

void add_attributes(const boost::json::value* map, CloudEventCase& one) {
  if (!map || !map->is_object()) return;
  for (const auto& [name, value] : map->get_object())
    if (!value.is_structured()) one.attributes.emplace_back(name, any_text_at(value, ""));
}

void add_conformance(std::vector<CloudEventCase>& cases) {
  const auto feature = parse_json(file_text(kCloudEventsData + "/http-conformance-feature.json"));
  for (const boost::json::value& one : *list_at(*feature, "cases")) {
    CloudEventCase& made = cases.emplace_back();
    made.name = "feature " + std::string(text_at(one, "name"));
    made.sent = sent_of_text(text_at(one, "request"));
    add_attributes(find_at(one, "attributes"), made);
    made.data = json_text(*find_at(one, "data"));
  }
  const auto events = parse_json(file_text(kCloudEventsData + "/conformance-events.json"));
  for (const boost::json::value& one : *list_at(*events, "")) {
    CloudEventCase& made = cases.emplace_back();
    made.name = "event " + std::string(text_at(one, "ContextAttributes.id")) + " " +
                std::string(text_at(one, "Mode"));
    add_attributes(find_at(one, "ContextAttributes"), made);
    add_attributes(find_at(one, "ContextAttributes.Extensions"), made);
    const std::string_view data = text_at(one, "Data");
    const bool is_json = std::string_view(text_at(one, "ContextAttributes.datacontenttype"))
                             .starts_with("application/json") ||
                         !find_at(one, "ContextAttributes.datacontenttype");
    made.data = is_json ? std::string(trim(data)) : json_string(data);
    if (text_at(one, "Mode") == "structured") {
      JsonWriter json;
      json.map();
      for (const auto& [name, value] : made.attributes) json.key(name).text(value);
      made.sent.body = json.key("data").raw(data).end().take();
      made.sent.headers = {{"Content-Type", "application/cloudevents+json"}};
      continue;
    }
    for (const auto& [name, value] : made.attributes)
      made.sent.headers.emplace_back(name == "datacontenttype" ? "Content-Type" : "ce-" + name,
                                     name == "datacontenttype" ? value : percent_encode(value));
    made.sent.body = data;
  }
}

void add_headers(std::vector<CloudEventCase>& cases) {
  const auto list = parse_json(file_text(kCloudEventsData + "/http-binary-headers.json"));
  for (const boost::json::value& one : *list_at(*list, "")) {
    CloudEventCase& made = cases.emplace_back();
    made.name = "headers " + std::string(text_at(one, "upstream_constant"));
    for (const boost::json::value& header : *list_at(one, "headers"))
      made.sent.headers.emplace_back(text_at(header, "0"), text_at(header, "1"));
    made.sent.body = text_at(one, "body");
    add_attributes(find_at(one, "expect.attributes"), made);
    const std::string_view data = text_at(one, "expect.data_text");
    const bool is_json = text_at(one, "expect.attributes.datacontenttype") == "application/json";
    made.data = data.empty() ? "" : is_json ? std::string(data) : json_string(data);
  }
}

void add_json_format(std::vector<CloudEventCase>& cases) {
  const auto verdicts = parse_json(file_text(kCloudEventsData + "/json-format/_verdicts.json"));
  std::vector<fs::path> files(fs::directory_iterator(kCloudEventsData + "/json-format"), {});
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    if (file.filename() == "_verdicts.json") continue;
    CloudEventCase& made = cases.emplace_back();
    made.name = "json " + file.stem().string();
    made.sent = {file_text(file), {{"Content-Type", "application/cloudevents+json"}}};
    made.is_rejected =
        text_at(*verdicts, "exceptions." + file.stem().string()).starts_with("reject");
    const auto body = parse_json(made.sent.body);
    for (const auto& [name, value] : body->get_object()) {
      if (name == "data")
        made.data = json_text(value);
      else if (name == "data_base64")
        made.data = *unbase64(text_at(value, ""));
      else
        made.attributes.emplace_back(name, any_text_at(value, ""));
    }
    if (text_at(*body, "datacontenttype") == "application/xml" && !made.data.starts_with('"'))
      made.data = json_string(made.data);
  }
}

/// Examples of the specification that are requests as a whole.
void add_examples(std::vector<CloudEventCase>& cases) {
  const auto list = parse_json(file_text(kCloudEventsData + "/spec-examples.json"));
  for (const boost::json::value& one : *list_at(*list, "")) {
    const std::string_view text = text_at(one, "text");
    const bool is_headers = text.starts_with("ce-");
    const auto body = parse_json(text);
    if (!is_headers && (!body || text_at(*body, "specversion").empty())) continue;
    CloudEventCase& made = cases.emplace_back();
    made.name = "example " + std::string(text_at(one, "doc")) + " " + any_text_at(one, "n");
    made.sent = is_headers
                    ? sent_of_text(text)
                    : Sent{std::string(text), {{"Content-Type", "application/cloudevents+json"}}};
  }
}

void add_captured_cases(std::vector<CloudEventCase>& cases) {
  const auto capture = parse_json(file_text(kCapture));
  if (!capture) return;
  for (const boost::json::value& one : *list_at(*capture, "wire")) {
    if (!list_at(one, "headers")) continue;
    CloudEventCase& made = cases.emplace_back();
    made.name = "capture " + std::to_string(cases.size());
    for (const boost::json::value& header : *list_at(one, "headers"))
      made.sent.headers.emplace_back(text_at(header, "0"), text_at(header, "1"));
    made.sent.body = text_at(one, "body.text");
  }
}

std::vector<CloudEventCase> all_cases() {
  std::vector<CloudEventCase> cases;
  add_conformance(cases);
  add_headers(cases);
  add_json_format(cases);
  add_examples(cases);
  add_captured_cases(cases);
  return cases;
}

/// The event's fields under `raw.data` as they would be of this JSON.
void expect_data(const OneEvent& event, const std::string& json) {
  const auto data = parse_json(json);
  ASSERT_TRUE(data) << json;
  if (data->is_object() && !data->get_object().empty()) {
    for (const auto& [name, value] : data->get_object())
      EXPECT_EQ(event["raw.data." + std::string(name)], any_text_at(value, ""));
  } else {
    EXPECT_EQ(event["raw.data"], data->is_string() ? text_at(*data, "") : json_text(*data));
  }
}

TEST(CloudEventsGolden, what_upstream_expects_of_its_requests_is_met) {
  if (!fs::exists(kCloudEventsData)) GTEST_SKIP() << "shared payloads are not here";
  const ConfiguredEntry portal("cloudevents", "");
  std::size_t events = 0, rejections = 0, values = 0;
  for (const CloudEventCase& one : all_cases()) {
    SCOPED_TRACE(one.name);
    if (one.is_rejected) {
      EntryEvents none;
      const auto refusal = portal->decode(one.sent.request(), {}, none);
      EXPECT_TRUE(refusal && refusal->status == 400);
      ++rejections;
      continue;
    }
    const OneEvent event(*portal.portal, one.sent);
    for (const auto& [name, value] : one.attributes) {
      EXPECT_EQ(event["raw." + name], value) << name;
      ++values;
    }
    if (!one.data.empty()) {
      expect_data(event, one.data);
      ++values;
    }
    ++events;
  }
  RecordProperty("events", std::to_string(events));
  RecordProperty("rejections", std::to_string(rejections));
  RecordProperty("values", std::to_string(values));
  EXPECT_GT(events, 20u);
  EXPECT_GT(values, 100u);
}

TEST(CloudEventsGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kCloudEventsData)) GTEST_SKIP() << "shared payloads are not here";
  const ConfiguredEntry portal("cloudevents", "");
  std::vector<std::pair<std::string, std::string>> events;
  for (const CloudEventCase& one : all_cases())
    if (!one.is_rejected) events.emplace_back(one.name, OneEvent(*portal.portal, one.sent).json());
  expect_golden("cloudevents", events, "case");
}

}  // namespace
}  // namespace tt::portals::test
