// What every entry of the catalogue must do, present and future ones.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/scale.h"
#include "base/units.h"
#include "base/utf8.h"
#include "config/schema.h"
#include "conformance/canary.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

class EntryConformance : public testing::TestWithParam<const EntryDescriptor*> {
 protected:
  const EntryDescriptor& type() const { return *GetParam(); }
  std::string example() const { return std::string(type().example); }
  /// The example; secrets that it takes from the environment or a file are the canary.
  std::string example_with_canaries() const {
    std::string yaml = example();
    for (const char* reference : {"{env:", "{file:", "{credential:"})
      for (std::size_t at = yaml.find(reference); at != std::string::npos;
           at = yaml.find(reference))
        yaml.replace(at, yaml.find('}', at) - at + 1, kCanary);
    return yaml;
  }
};

std::string name_of_entry(const testing::TestParamInfo<const EntryDescriptor*>& info) {
  return std::string(info.param->name);
}

TEST_P(EntryConformance, describes_itself) {
  EXPECT_FALSE(type().name.empty());
  EXPECT_TRUE(type().summary.ends_with('.')) << type().summary;
  EXPECT_FALSE(type().security.empty());
  EXPECT_TRUE(type().example.starts_with("type: " + std::string(type().name) + "\n"));
  EXPECT_GT(type().body_bytes_max, 0u);
  std::ifstream readme(std::string(TT_SOURCE_DIR "/src/portals/entry/") + std::string(type().name) +
                       "/README.md");
  ASSERT_TRUE(readme.good()) << "an entry has a README.md";
  const std::string text{std::istreambuf_iterator<char>(readme), {}};
  EXPECT_NE(text.find("security:"), std::string::npos);
}

TEST_P(EntryConformance, says_which_kinds_it_makes) {
  ASSERT_FALSE(type().kinds.empty());
  for (const ProducedKind& made : type().kinds) {
    EXPECT_TRUE(made.kind == "*" || made.kind.starts_with("urn:")) << made.kind;
    EXPECT_FALSE(made.when.empty()) << made.kind;
    EXPECT_FALSE(made.severity.empty()) << made.kind;
  }
}

TEST_P(EntryConformance, the_example_is_right) {
  const ConfiguredEntry configured(type(), example());
  ASSERT_TRUE(configured.portal) << configured.problems();
  // Secrets and programs that it names are not here.
  for (const config::Diagnostic& found : configured.diagnostics.list())
    EXPECT_TRUE(found.code == "missing-secret" || found.text.ends_with("No such file or directory"))
        << configured.problems();
  EXPECT_EQ(configured->path().empty(), type().is_stream);
  EXPECT_EQ(configured->listen().empty() && !configured->command(), !type().is_stream);
}

TEST_P(EntryConformance, options_are_documented_and_have_a_default_or_are_required) {
  for (const auto* table : {type().fields, &entry_common_fields()})
    for (const config::DocRow& row : config::doc_rows(*table)) {
      EXPECT_FALSE(row.meaning.empty()) << row.name;
      EXPECT_TRUE(row.type == "map" || row.is_required || !row.default_text.empty()) << row.name;
    }
}

TEST_P(EntryConformance, no_option_has_the_name_of_a_common_one) {
  EXPECT_TRUE(config::shared_names(*type().fields, entry_common_fields()).empty());
}

TEST_P(EntryConformance, the_schema_is_json_and_closed) {
  const auto schema = parse_json(config::schema_object(*type().fields));
  ASSERT_TRUE(schema);
  EXPECT_FALSE(bool_at(*schema, "additionalProperties", true));
}

TEST_P(EntryConformance, an_unknown_option_is_an_error) {
  EXPECT_FALSE(ConfiguredEntry(type(), example_with_canaries() + "no_such_option: 1\n").portal);
}

TEST_P(EntryConformance, secrets_are_never_shown) {
  for (const char* extra : {"", "no_such_option: 1\n"}) {
    const ConfiguredEntry configured(type(), example_with_canaries() + extra);
    EXPECT_EQ(configured.problems().find(kCanary), std::string::npos) << configured.problems();
    if (!configured.portal) continue;
    EXPECT_EQ(configured->show().find(kCanary), std::string::npos) << configured->show();
    EXPECT_TRUE(parse_json(configured->show())) << configured->show();
    EntryEvents events;
    const Sent sent{"no json {", {}};
    if (const auto refusal = configured->decode(sent.request(), {}, events)) {
      EXPECT_EQ(refusal->text.find(kCanary), std::string::npos);
      EXPECT_EQ(refusal->body.find(kCanary), std::string::npos);
    }
  }
}

/// Bodies that people who mean harm, or broken senders, would send.
std::vector<std::string> hostile_bodies() {
  const std::string open(100, '['), close(100, ']');
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"a\":";
  std::string wide = "{\"message\":\"m\"";
  for (int i = 0; i < 3000; ++i) wide += ",\"f" + std::to_string(i) + "\":{\"x\":null}";
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const std::string huge(2u << 20, 'A');
  return {
      "",
      " \r\n\t",
      "{}",
      "[]",
      "null",
      "0",
      "-",
      "\"",
      "{",
      "[{},{}",
      "[null,1,\"a\",[],{}]",
      "{\"message\":\"\"}",
      "{\"message\":null,\"kind\":[],\"timestamp\":{},\"severity\":1e999}",
      "{\"message\":\"m\",\"timestamp\":\"0000-99-99\",\"\":1,\"a.b\":1,\"a\":{\"b\":2}}",
      "{\"message\":\"m\",\"n\":" + std::string(5000, '9') + "}",
      "{\"message\":\"\\ud800\",\"\\udc00\":\"\\ud800\\ud800\"}",
      "{\"message\":\"\xff\xfe\xc0\x80\"}",
      "{\"message\":\"m\",\"x\":\"\\u0000\"}",
      "{\"message\":\"m\"}\n{\"message\":\"n\"}\nx\n",
      "message=a&%zz=%&=&&payload={",
      "payload=%7B%22a%22%3A",
      "\xEF\xBB\xBF{\"message\":\"m\"}",
      bytes,
      open + close,
      open,
      std::string(100'000, '['),
      deep + "1" + std::string(100, '}'),
      "{\"object_kind\":\"push\",\"x\":" + deep + "1" + std::string(100, '}') + "}",
      "{\"object_kind\":{\"a\":1},\"user\":7,\"project\":[],\"object_attributes\":\"x\"}",
      "{\"object_kind\":\"" + std::string(5000, 'k') + "\",\"ref\":\"\"}",
      wide + "}",
      "{\"message\":\"" + huge + "\"}",
      "{\"" + huge + "\":1,\"message\":\"m\"}",
      "{\"object_kind\":\"push\",\"ref\":\"" + huge + "\",\"user_name\":\"" + huge + "\"}",
      huge,
  };
}

void expect_sound_events(const EntryEvents& events, WallNs now_ns) {
  for (std::size_t i = 0; i < events.events.size(); ++i) {
    const event::EventView event = events.events[i];
    EXPECT_TRUE(is_utf8(event.json));
    EXPECT_LE(event.json.size(), event::Limits{}.event_bytes_max);
    EXPECT_LE(event.fields.size(), event::Limits{}.fields_max);
    EXPECT_FALSE(event.text("message").empty());
    EXPECT_FALSE(event.text("kind").empty());
    EXPECT_TRUE(parse_time(event.text("timestamp"))) << event.text("timestamp");
    // What was made is canonical: read again it is the same event.
    const event::Decoded again =
        event::decode_events(event.json, event::BodyFormat::kJson, event::Limits{}, now_ns + 1);
    ASSERT_EQ(again.events.size(), 1u) << event.json.substr(0, 200);
    EXPECT_EQ(again.events[0].json, event.json);
  }
  for (const event::Rejected& refused : events.rejected) {
    EXPECT_FALSE(refused.error.empty());
    EXPECT_TRUE(is_utf8(refused.error));
  }
}

TEST_P(EntryConformance, decode_is_total_and_deterministic_over_hostile_bodies) {
  const ConfiguredEntry configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const net::Headers header_sets[] = {
      {},
      {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}},
      {{"Content-Type", "application/x-ndjson"}},
      {{"Content-Type", "application/x-www-form-urlencoded"}},
      {{"Content-Type", "\xff\xfe"}, {"X-\xff", "\xff"}, {"X-Gitlab-Instance", "\xff//"}},
  };
  std::size_t turn = 0;
  for (const std::string& body : hostile_bodies()) {
    SCOPED_TRACE(body.substr(0, 60));
    // Sanitizers: each body with one of them in turn.
    for (std::uint64_t i = 0; i < scaled(std::size(header_sets)); ++i) {
      const Sent sent{body, header_sets[turn++ % std::size(header_sets)]};
      EntryEvents first, again;
      const auto refusal = configured->decode(sent.request(), {}, first);
      const auto same = configured->decode(sent.request(), {}, again);
      ASSERT_EQ(refusal.has_value(), same.has_value());
      ASSERT_EQ(first.events.size(), again.events.size());
      for (std::size_t i = 0; i < first.events.size(); ++i)
        ASSERT_EQ(first.events[i].json, again.events[i].json);
      expect_sound_events(first, sent.now_ns);
      if (!refusal) continue;
      EXPECT_TRUE(type().is_strict)
          << refusal->status << ": hooks that are refused are switched off";
      EXPECT_TRUE(refusal->status >= 400 && refusal->status < 500) << refusal->status;
      EXPECT_TRUE(is_utf8(refusal->text));
    }
  }
}

TEST_P(EntryConformance, a_hook_makes_at_least_one_event_of_any_body_and_answers_2xx) {
  // A stream has lines and frames that hold nothing.
  if (type().is_strict || type().is_stream) GTEST_SKIP() << "not a hook";
  const ConfiguredEntry configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  for (const std::string& body : hostile_bodies()) {
    const EntryEvents events = decode_all(*configured.portal, {body, {}});
    EXPECT_GE(events.events.size(), 1u) << body.substr(0, 60);
    EXPECT_TRUE(events.rejected.empty());
    const net::HttpAnswer answer =
        configured->answer({"7-1", "7-1", events.events.size(), "disk", &events.rejected});
    EXPECT_EQ(answer.status / 100, 2) << body.substr(0, 60);
  }
}

TEST_P(EntryConformance, verify_is_total_and_refuses_those_who_know_no_secret) {
  const ConfiguredEntry configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const std::string long_text(100'000, 'x');
  for (const std::string& given : {std::string(), std::string("\xff,\0=", 4), long_text}) {
    net::Headers headers;
    for (const char* name : {"X-Gitlab-Token", "X-Hub-Signature-256", "webhook-id",
                             "webhook-timestamp", "webhook-signature", "Authorization"})
      headers.emplace_back(name, given);
    EXPECT_EQ(configured->verify(Sent{"{}", headers}.request()), !configured->has_verifier());
  }
  EXPECT_EQ(configured->verify({.body = "{}", .now_ns = kArrival}), !configured->has_verifier());
}

TEST_P(EntryConformance, raw_fields_are_dropped_when_told) {
  const ConfiguredEntry configured(type(), example_with_canaries());
  ASSERT_TRUE(configured.portal) << configured.problems();
  const Sent sent{"{\"message\":\"m\",\"zz\":1}", {}};
  EntryEvents events;
  const bool is_refused =
      configured->decode(sent.request(), {.raw = Raw::kDrop}, events).has_value();
  if (is_refused || events.events.empty()) {
    EXPECT_TRUE(type().is_strict || type().is_stream);
    GTEST_SKIP() << "that is no body of its protocol";
  }
  ASSERT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.events[0].find("raw.zz"), nullptr);
  EXPECT_EQ(events.events[0].find("zz") == nullptr, !type().is_strict);
}

INSTANTIATE_TEST_SUITE_P(Entries, EntryConformance, testing::ValuesIn(entry_catalog()),
                         name_of_entry);

TEST(EntryCatalog, is_sorted_and_finds_by_name) {
  std::set<std::string_view> names;
  std::string_view last;
  for (const EntryDescriptor* one : entry_catalog()) {
    EXPECT_LT(last, one->name);
    last = one->name;
    EXPECT_TRUE(names.insert(one->name).second);
    EXPECT_EQ(find_entry(one->name), one);
  }
  EXPECT_EQ(find_entry("no such entry"), nullptr);
}

}  // namespace
}  // namespace tt::portals::test
