// Tests of portals/entry/hook: any body becomes events, by the map or by guess, proven or not.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"
#include "portals/kit/signature.h"

namespace tt::portals::test {
namespace {

constexpr char kFormUtf8[] = "application/x-www-form-urlencoded; charset=utf-8";

OneEvent hook_event(std::string body, std::string_view options = "", net::Headers headers = {}) {
  const ConfiguredEntry hook("hook", options);
  return OneEvent(*hook.portal, {std::move(body), std::move(headers)});
}

TEST(Hook, guesses_what_a_person_would_read_first) {
  EXPECT_EQ(hook_event(R"({"title":"t","text":"x"})")["message"], "x");
  EXPECT_EQ(hook_event(R"({"title":"t","message":" "})")["message"], "t");
  EXPECT_EQ(hook_event(R"({"n":{"a":1.50}})")["message"], R"({"n":{"a":1.50}})");
  EXPECT_EQ(hook_event("\"hello\"")["message"], "hello");
  EXPECT_EQ(hook_event("  disk is full\n")["message"], "disk is full");
  EXPECT_EQ(hook_event("")["message"], "urn:hook");
  EXPECT_EQ(hook_event("{}")["kind"], "urn:hook");
}

TEST(Hook, finds_what_happened_and_to_what_inside) {
  EXPECT_EQ(
      hook_event(R"({"Type":"Notification","Message":"{\"a\":1}","Subject":"ALARM"})")["message"],
      "ALARM");
  EXPECT_EQ(hook_event(R"({"action":"opened","issue":{"id":1,"title":"No disk"}})")["message"],
            "opened: No disk");
  EXPECT_EQ(hook_event(R"({"data":{"item":{"title":"deep"}},"it":{"text":"near"}})")["message"],
            "near");
  EXPECT_EQ(hook_event(R"({"data":{"item":{"title":"deep"}}})")["message"], "deep");
  EXPECT_EQ(hook_event(R"({"event":"deploy","app":{"description":"A shop"}})")["message"],
            "deploy");
  EXPECT_EQ(hook_event("{\n \"a\": \"b  \\\" c\",\n \"n\": 1.50\n}")["message"],
            R"({"a":"b  \" c","n":1.50})");
}

TEST(Hook, the_page_and_the_severity_have_more_than_one_name) {
  EXPECT_EQ(hook_event(R"({"text":"t","level":"WARN"})")["severity"], "warning");
  EXPECT_EQ(hook_event(R"({"text":"t","level":"error","severity":"crit"})")["severity"],
            "critical");
  EXPECT_EQ(hook_event(R"({"text":"t","level":"error","severity":"odd"})")["severity"], "error");
  EXPECT_EQ(hook_event(R"({"text":"t","level":1})")["severity"], "info");
  EXPECT_EQ(hook_event(R"({"text":"t","url":"https://x.example/1"})")["view_link"],
            "https://x.example/1");
  EXPECT_EQ(
      hook_event(R"({"url":"https://a.example","html_url":"https://b.example"})")["view_link"],
      "https://b.example");
  EXPECT_EQ(hook_event(R"({"text":"t","link":"javascript:alert"})")["view_link"], "");
}

TEST(Hook, keeps_named_fields_that_are_right_and_the_rest_under_raw) {
  const auto event = hook_event(R"({"message":"m","kind":"urn:x","severity":"CRIT","source":7,
      "timestamp":"2026-01-31T12:00:00Z","view_link":"https://x.example/","n":1.50})");
  EXPECT_EQ(event["kind"], "urn:x");
  EXPECT_EQ(event["severity"], "critical");
  EXPECT_EQ(event["source"], "");
  EXPECT_EQ(event["timestamp"], "2026-01-31T12:00:00Z");
  EXPECT_EQ(event["view_link"], "https://x.example/");
  EXPECT_EQ(event["raw.n"], "1.50");
  EXPECT_EQ(event["raw.source"], "7");
  EXPECT_EQ(hook_event(R"({"message":"m","severity":"odd"})")["severity"], "info");
  EXPECT_NE(hook_event(R"({"message":"m","timestamp":"soon"})")["timestamp"], "soon");
}

TEST(Hook, a_map_makes_fields_of_the_senders_fields_and_headers) {
  const auto event = hook_event(
      R"({"build":{"name":"web","ok":false,"n":12},"steps":[{"s":1},{"s":2}],"tags":["a","b"]})",
      "map:\n"
      "  kind: 'urn:ci:{{ event[\"header.x-event\"] }}'\n"
      "  message: '{{ event.build.name }} #{{ event.build.n }}'\n"
      "  severity: '{{ event.build.ok ? \"info\" : \"ERR\" }}'\n"
      "  number: '{{ event.build.n }}'\n"
      "  project: '{{ event.build.n }}'\n"
      "  ok: '{{ event.build.ok }}'\n"
      "  tags: '{{ event.tags }}'\n"
      "  steps: '{{ event.steps }}'\n"
      "  host: '{{ event.?missing.orValue(\"\") }}'\n",
      {{"X-Event", "done"}});
  EXPECT_EQ(event["kind"], "urn:ci:done");
  EXPECT_EQ(event["message"], "web #12");
  EXPECT_EQ(event["severity"], "error");
  EXPECT_EQ(event["number"], "12");
  EXPECT_EQ(event["project"], "12");
  EXPECT_EQ(event["ok"], "false");
  EXPECT_EQ(event["tags"], R"(["a","b"])");
  EXPECT_EQ(event["steps.1.s"], "2");
  EXPECT_EQ(event["host"], "");
  EXPECT_EQ(event["truncated"], "");
  EXPECT_NE(event.json().find("\"ok\":false"), std::string::npos) << "types stay";
  EXPECT_NE(event.json().find("\"project\":\"12\""), std::string::npos) << "but of named fields";
}

TEST(Hook, a_map_that_fails_does_not_lose_the_event) {
  const auto event =
      hook_event(R"({"message":"m"})", "map: {message: '{{ event.nothing.here }}'}\n");
  EXPECT_EQ(event["message"], "m");
  EXPECT_EQ(hook_event("no json", "map: {kind: 'urn:x'}\n")["message"], "no json");
}

TEST(Hook, a_map_of_a_large_group_costs_little) {
  std::string body = R"({"message":"m","group":{"a":1)";
  for (int i = 0; i < 90'000; ++i) body += ",\"member" + std::to_string(i) + "\":1";
  const auto event = hook_event(body + "}}", "map: {all: '{{ event.group }}'}\n");
  EXPECT_EQ(event["message"], "m");
  EXPECT_EQ(event["truncated"], "true");
}

TEST(Hook, a_map_sees_named_fields_of_any_type) {
  const auto event = hook_event(R"({"message":{"a":1},"source":7,"timestamp":1767225600,"t":"x"})",
                                "map: {message: '{{ event.t }} {{ event.source }}'}\n");
  EXPECT_EQ(event["message"], "x 7");
}

TEST(Hook, a_form_is_its_fields) {
  const auto event = hook_event("message=a+b%21&host=h%C3%A9&empty&bad=%zz&message=", "",
                                {{"Content-Type", kFormUtf8}});
  EXPECT_EQ(event["raw.host"], "h\xC3\xA9");
  EXPECT_EQ(event["raw.bad"], "%zz");
  const auto plain = hook_event("message=a+b%21&x=1", "", {{"Content-Type", kFormUtf8}});
  EXPECT_EQ(plain["message"], "a b!");
  EXPECT_EQ(plain["raw.x"], "1");
}

TEST(Hook, a_form_with_a_payload_is_the_json_inside) {
  const auto event = hook_event("payload=%7B%22text%22%3A%22hi%22%2C%22n%22%3A1%7D", "",
                                {{"Content-Type", kFormUtf8}});
  EXPECT_EQ(event["message"], "hi");
  EXPECT_EQ(event["raw.n"], "1");
  EXPECT_EQ(hook_event("payload=hi", "", {{"Content-Type", kFormUtf8}})["raw.payload"], "hi");
}

TEST(Hook, a_list_of_objects_is_one_event_each_as_spelled) {
  const ConfiguredEntry hook("hook", "");
  const EntryEvents all = decode_all(
      *hook.portal, {" [ {\"message\":\"],\\\"\",\"n\":1.50} ,{\"text\":\"b\",\"l\":[{}]}]", {}});
  ASSERT_EQ(all.events.size(), 2u);
  EXPECT_EQ(all.events[0].text("message"), "],\"");
  EXPECT_EQ(all.events[0].text(*all.events[0].find("raw.n")), "1.50");
  EXPECT_EQ(all.events[1].text("message"), "b");
  EXPECT_EQ(decode_all(*hook.portal, {"[1,{}]", {}}).events.size(), 1u);
  EXPECT_EQ(decode_all(*hook.portal, {"[]", {}}).events.size(), 1u);
}

TEST(Hook, bytes_that_are_no_text_are_mended) {
  EXPECT_EQ(hook_event("\xEF\xBB\xBF{\"message\":\"m\"}")["message"], "m");
  const auto event = hook_event("{\"message\":\"a\xff\",\"s\":\"\\udc00\"}");
  EXPECT_EQ(event["message"], "a\xEF\xBF\xBD");
  EXPECT_EQ(event["raw.s"], "\xEF\xBF\xBD");
  EXPECT_EQ(hook_event("\xff\xfe")["message"], "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Hook, the_key_of_a_repeat_comes_from_the_header_of_choice) {
  const net::Headers headers{{"X-Delivery", "d"}, {"webhook-id", "w"}};
  EXPECT_EQ(hook_event("{}", "key_header: X-Delivery\n", headers).all().idempotency_key, "d");
  EXPECT_EQ(hook_event("{}", "", headers).all().idempotency_key, "w");
}

bool hook_accepts(std::string_view verify, net::Headers headers, std::string body = "body") {
  const ConfiguredEntry hook("hook", "verify: " + std::string(verify) + "\n");
  EXPECT_TRUE(hook->has_verifier());
  return hook->verify(Sent{std::move(body), std::move(headers)}.request());
}

TEST(HookVerify, github) {
  const std::string good = "sha256=" + hex(hmac("sha256", "a-good-key", "body"));
  const char options[] = "{scheme: github, secret: [another-key, a-good-key]}";
  EXPECT_TRUE(hook_accepts(options, {{"X-Hub-Signature-256", good}}));
  EXPECT_FALSE(hook_accepts(options, {{"X-Hub-Signature-256", good}}, "bodi"));
  EXPECT_FALSE(hook_accepts(options, {}));
}

TEST(HookVerify, standard_webhooks) {
  const std::string time = std::to_string(kArrival / kNsPerSec);
  const std::string good = sign_webhook(Secret("whsec_a2V5"), "1", kArrival / kNsPerSec, "body");
  const char options[] = "{scheme: standard-webhooks, secret: whsec_a2V5}";
  net::Headers headers{
      {"webhook-id", "1"}, {"webhook-timestamp", time}, {"webhook-signature", good}};
  EXPECT_TRUE(hook_accepts(options, headers));
  headers[0].second = "2";
  EXPECT_FALSE(hook_accepts(options, headers));
}

TEST(HookVerify, token) {
  const char options[] = "{scheme: token, header: X-Token, secret: a-good-key}";
  EXPECT_TRUE(hook_accepts(options, {{"x-token", "a-good-key"}}));
  EXPECT_FALSE(hook_accepts(options, {{"x-token", "a-good-keys"}}));
  EXPECT_FALSE(hook_accepts(options, {}));
}

TEST(HookVerify, hmac_of_any_form) {
  const std::string time = std::to_string(kArrival / kNsPerSec);
  const std::string good = "v1=" + base64(hmac("sha512", "a-good-key", time + ".body"));
  const char options[] =
      "{scheme: hmac, header: X-Sig, secret: a-good-key, algorithm: sha512, encoding: base64, "
      "prefix: 'v1=', content: '{timestamp}.{body}', timestamp_header: X-Time}";
  EXPECT_TRUE(hook_accepts(options, {{"X-Sig", good}, {"X-Time", time}}));
  EXPECT_FALSE(hook_accepts(options, {{"X-Sig", good}, {"X-Time", "1"}}));
  EXPECT_FALSE(hook_accepts(options, {{"X-Sig", good}}));
}

TEST(HookVerify, needs_what_its_scheme_needs) {
  for (const char* verify :
       {"{scheme: github}", "{scheme: token, secret: a-good-key}",
        "{scheme: hmac, secret: a-good-key}", "{scheme: morse, secret: a-good-key}"}) {
    const ConfiguredEntry hook(*find_entry("hook"),
                               "type: hook\nverify: " + std::string(verify) + "\n");
    EXPECT_FALSE(hook.portal) << verify;
  }
  const ConfiguredEntry open("hook", "");
  EXPECT_FALSE(open->has_verifier());
  EXPECT_TRUE(open->verify(Sent{"x", {}}.request()));
}

}  // namespace
}  // namespace tt::portals::test
