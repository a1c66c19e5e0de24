// CloudEvents: values that the specification allows, three modes that say the same, answers, and
// the question before the first event.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/cloudevents/attributes.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::exit::cloudevents {
namespace {

using test::Configured;
using test::kNow;
using test::Outgoing;

constexpr const char* kUrl = "url: https://broker.example.com/default";

TEST(HeaderValue, is_percent_encoded_as_the_binding_says) {
  const struct {
    const char *value, *header;
  } rows[] = {
      // The example of section 3.1.3.2.
      {"Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"},
      {"100%", "100%25"},
      {"say \"x\"", "say%20%22x%22"},
      {"a\r\nb\x7f", "a%0D%0Ab%7F"},
      {"urn:x:y;a=(b)~'|^`{}", "urn:x:y;a=(b)~'|^`{}"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(header_value(row.value), row.header);
}

TEST(UriReference, is_what_rfc_3986_allows) {
  const struct {
    const char *text, *reference;
  } rows[] = {
      {"https://git.example.com/web?a=1&b=2#c", "https://git.example.com/web?a=1&b=2#c"},
      {"urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
       "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"},
      {"mailto:cncf-wg-serverless@lists.cncf.io", "mailto:cncf-wg-serverless@lists.cncf.io"},
      {"/sensors/tn-1234567/alerts", "/sensors/tn-1234567/alerts"},
      {"1-555-123-4567", "1-555-123-4567"},
      {"10.0.0.1:8080", "./10.0.0.1:8080"},
      {"build 7: ok", "./build%207:%20ok"},
      {"a/b:c", "a/b:c"},
      {"http://[::1]:80/[x]#a#b", "http://[::1]:80/%5Bx%5D#a%23b"},
      {"[x]", "%5Bx%5D"},
      {"100%", "100%25"},
      {"a%20b%zz", "a%20b%25zz"},
      {"café", "caf%C3%A9"},
      {"a\r\nb<c>", "a%20%20b%3Cc%3E"},
      {" \n ", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(uri_reference(row.text), row.reference) << row.text;
  EXPECT_EQ(uri_reference(std::string(5000, 'x')).size(), kSourceBytesMax);
  std::string accents, escapes = "x";
  for (int i = 0; i < 500; ++i) accents += "é";
  for (int i = 0; i < 500; ++i) escapes += "%41";
  for (const std::string& text : {accents, "x" + accents, escapes}) {
    const std::string reference = uri_reference(text);
    EXPECT_LE(reference.size(), kSourceBytesMax);
    const auto decoded = percent_decode(reference);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(is_utf8(*decoded)) << reference.substr(kSourceBytesMax - 10);
    EXPECT_FALSE(decoded->ends_with('%'));
  }
}

TEST(StringValue, has_no_controls_no_noncharacters_and_an_end) {
  EXPECT_EQ(string_value(" a\nb\xc2\x85"), "a b");
  EXPECT_EQ(string_value("a\xef\xbf\xbf\xef\xb7\x90"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(string_value(std::string(5000, 'x')).size(), kValueBytesMax);
}

TEST(TimeValue, is_rfc_3339_also_where_the_event_is_more_liberal) {
  for (const char* same : {"2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789+05:30"})
    EXPECT_EQ(time_value(same), same);
  EXPECT_EQ(time_value("2026-01-31 12:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_value("2026-01-31T12:00:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_value("2026-01-31T12:00+01:00"), "2026-01-31T11:00:00Z");
  EXPECT_EQ(time_value("yesterday"), "");
}

/// One event with attributes that need every kind of care.
constexpr const char* kNasty =
    R"({"message":"m","kind":"urn:x \"y\" 100% é","source":"build 7: \u20ac","timestamp":"2026-01-31 12:00","project":"a\r\nb\ufdd0"})";

TEST(CloudEvents, binary_headers_decode_to_what_structured_says) {
  const Configured binary("cloudevents", std::string(kUrl) + "\nsubject: '{{ event.project }}'");
  const Configured structured(
      "cloudevents", std::string(kUrl) + "\nsubject: '{{ event.project }}'\nmode: structured");
  ASSERT_TRUE(binary.portal && structured.portal);
  const Outgoing events(kNasty);
  const auto in_headers = binary.portal->encode(events.all());
  const auto in_body = structured.portal->encode(events.all());
  ASSERT_TRUE(in_headers.ok() && in_body.ok());
  const auto json = parse_json(in_body->body);
  ASSERT_TRUE(json);
  std::size_t attributes = 0;
  for (const auto& [name, value] : in_headers->headers) {
    if (!name.starts_with("ce-")) continue;
    ++attributes;
    EXPECT_EQ(percent_decode(value.reveal()), text_at(*json, name.substr(3))) << name;
  }
  EXPECT_EQ(attributes, 6u);  // specversion, id, source, type, subject, time.
  EXPECT_EQ(text_at(*json, "datacontenttype"), "application/json");
  EXPECT_EQ(text_at(*json, "time"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(text_at(*json, "data.kind"), "urn:x \"y\" 100% é");
  EXPECT_EQ(in_headers->body, events.all()[0].event.json);
}

TEST(CloudEvents, a_batch_is_a_list_and_every_event_has_its_id) {
  const Configured batched("cloudevents", std::string(kUrl) + "\nmode: batched");
  ASSERT_TRUE(batched.portal) << batched.problems();
  EXPECT_TRUE(batched.portal->batches());
  const auto request =
      batched.portal->encode(Outgoing("{\"message\":\"a\"}\n{\"message\":\"b\"}\n").all());
  ASSERT_TRUE(request.ok());
  const auto json = parse_json(request->body);
  ASSERT_TRUE(json);
  ASSERT_EQ(list_at(*json, "")->size(), 2u);
  EXPECT_EQ(text_at(*json, "0.id"), "7f3a-1");
  EXPECT_EQ(text_at(*json, "1.id"), "7f3a-2");
  EXPECT_EQ(text_at(*json, "1.source"), "urn:time-tunnel:events");
  EXPECT_EQ(text_at(*json, "1.type"), "unknown");
  EXPECT_FALSE(Configured("cloudevents", kUrl).portal->batches());
}

TEST(CloudEvents, answers_mean_what_the_webhook_document_says) {
  const Configured exit("cloudevents", kUrl);
  ASSERT_TRUE(exit.portal) << exit.problems();
  const auto judge = [&](const ExitAnswer& answer) {
    return exit.portal->judge(answer, 1, kNow).front();
  };
  for (const int status : {200, 201, 202, 204})
    EXPECT_EQ(judge({.status = status}).kind, VerdictKind::kDelivered) << status;
  const Verdict retired = judge({.status = 410});
  EXPECT_EQ(retired.kind, VerdictKind::kMisconfigured);
  EXPECT_NE(retired.text.find("retired"), std::string::npos) << retired.text;
  const Verdict unknown = judge({.status = 415});
  EXPECT_EQ(unknown.kind, VerdictKind::kMisconfigured);
  EXPECT_TRUE(unknown.text.ends_with("try `structured`")) << unknown.text;
  const Verdict limited = judge({.status = 429, .headers = {{"Retry-After", "120"}}});
  EXPECT_EQ(limited.kind, VerdictKind::kRetry);
  EXPECT_EQ(limited.retry_after_ns, 120 * kNsPerSec);
  EXPECT_EQ(judge({.status = 302}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(judge({.status = 400}).kind, VerdictKind::kRejected);
  EXPECT_EQ(judge({.status = 413}).kind, VerdictKind::kRejected);
}

TEST(CloudEvents, options_that_cannot_work_are_refused) {
  for (const char* yaml :
       {"{url: 'https://a/{{ event.host }}', mode: batched}",
        "{url: 'https://a/{{ event.host }}', origin: a.example}",
        "{url: https://a, origin: 'https://a.example/'}",
        "{url: https://a, extensions: {Severity: x}}", "{url: https://a, extensions: {data_x: x}}",
        "{url: https://a, extensions: {id: x}}"})
    EXPECT_FALSE(Configured("cloudevents", yaml).portal) << yaml;
}

struct PermissionTest : testing::Test, test::TestSeams {
  ~PermissionTest() override { client.cancel_all(); }
  void SetUp() override {
    ASSERT_TRUE(exit_.portal) << exit_.problems();
    sender_ = exit_.portal->connect(seams());
    auto request = exit_.portal->encode(Outgoing(R"({"message":"m"})").all());
    ASSERT_TRUE(request.ok());
    request_ = *std::move(request);
  }
  void send() {
    sender_->send(request_, {.id = "7f3a-1"},
                  [this](ExitAnswer answer) { answers_.push_back(std::move(answer)); });
  }
  Configured exit_{"cloudevents", std::string(kUrl) + "\norigin: tt.example.com"};
  std::unique_ptr<ExitSender> sender_;
  ExitRequest request_;
  std::vector<ExitAnswer> answers_;
};

TEST_F(PermissionTest, is_asked_before_the_first_event_and_again_after_a_day) {
  for (const char* allowed : {"*", "TT.example.com"}) {
    const std::size_t before = client.requests.size();
    send();
    ASSERT_EQ(client.requests.size(), before + 1);
    EXPECT_EQ(client.requests.back().method, "OPTIONS");
    EXPECT_EQ(client.requests.back().url, "https://broker.example.com/default");
    EXPECT_EQ(client.header(before, "WebHook-Request-Origin"), "tt.example.com");
    client.answer_last({.status = 200, .headers = {{"WebHook-Allowed-Origin", allowed}}});
    ASSERT_EQ(client.requests.size(), before + 2);
    EXPECT_EQ(client.requests.back().method, "POST");
    EXPECT_EQ(client.header(before + 1, "WebHook-Request-Origin"), "tt.example.com");
    client.answer_last({.status = 204});
    send();
    EXPECT_EQ(client.requests.back().method, "POST") << "asked once";
    client.answer_last({.status = 204});
    clock.advance_ns(25LL * 3600 * kNsPerSec);
  }
  EXPECT_EQ(answers_.size(), 4u);
}

TEST_F(PermissionTest, that_is_not_given_keeps_the_events) {
  for (const net::Headers& headers :
       {net::Headers{}, net::Headers{{"WebHook-Allowed-Origin", "other.example"}}}) {
    send();
    client.answer_last({.status = 200, .headers = headers});
    EXPECT_TRUE(answers_.back().is_misconfigured);
    EXPECT_NE(answers_.back().error.find("without `origin`"), std::string::npos)
        << answers_.back().error;
  }
  send();
  client.answer_last({.status = 503});
  EXPECT_FALSE(answers_.back().is_misconfigured);
}

}  // namespace
}  // namespace tt::portals::exit::cloudevents
