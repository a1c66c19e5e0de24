// Tests of portals/entry/cloudevents: what is an event in each mode, and what is said of the rest.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kStructured[] = "application/cloudevents+json; charset=utf-8";
constexpr char kBatch[] = "application/cloudevents-batch+json";

class CloudEvents : public testing::Test {
 protected:
  static Sent binary(std::string body, net::Headers more = {}) {
    net::Headers headers{{"ce-specversion", "1.0"},
                         {"ce-id", "7"},
                         {"ce-type", "com.example.alarm"},
                         {"ce-source", "/mycontext/4"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return {std::move(body), std::move(headers)};
  }
  static Sent structured(std::string more) {
    return {R"({"specversion":"1.0","id":"7","type":"com.example.alarm","source":"/mycontext/4")" +
                more + "}",
            {{"Content-Type", kStructured}}};
  }
  static Sent batch(std::string body) { return {std::move(body), {{"Content-Type", kBatch}}}; }
  OneEvent decode(const Sent& sent, DecodeContext context = {}) const {
    return OneEvent(*portal_.portal, sent, context);
  }
  /// Status and reason of a refusal.
  std::string refused(const Sent& sent) const {
    EntryEvents events;
    const auto refusal = portal_->decode(sent.request(), {}, events);
    EXPECT_TRUE(events.events.empty());
    return refusal ? std::to_string(refusal->status) + " " + refusal->text : "";
  }
  net::HttpAnswer ask(const ConfiguredEntry& portal, net::Headers headers) const {
    EntryEvents events;
    EntryRequest request{.method = "OPTIONS", .headers = &headers, .now_ns = kArrival};
    EXPECT_FALSE(portal->decode(request, {}, events));
    EXPECT_TRUE(events.events.empty());
    EXPECT_TRUE(events.reply);
    return events.reply ? *events.reply : net::HttpAnswer{};
  }
  ConfiguredEntry portal_{"cloudevents", ""};
};

TEST_F(CloudEvents, the_same_event_is_the_same_in_every_mode) {
  const std::string data = R"({"free":1.50,"unit":"%","id":12345678901234567890})";
  const auto one =
      decode(binary(data, {{"Content-Type", "application/json"}, {"ce-subject", "sda"}}));
  const auto two =
      decode(structured(R"(,"datacontenttype":"application/json","subject":"sda","data":)" + data));
  const auto three = decode(batch(
      "[" +
      structured(R"(,"datacontenttype":"application/json","subject":"sda","data":)" + data).body +
      "]"));
  EXPECT_EQ(two.json(), three.json());
  for (const char* name :
       {"kind", "message", "source", "severity", "subject", "raw.id", "raw.type", "raw.specversion",
        "raw.datacontenttype", "raw.data.free", "raw.data.id"})
    EXPECT_EQ(one[name], two[name]) << name;
  EXPECT_EQ(one["kind"], "urn:cloudevents:com.example.alarm");
  EXPECT_EQ(one["message"], "com.example.alarm from /mycontext/4: sda");
  EXPECT_EQ(one["source"], "/mycontext/4");
  EXPECT_EQ(one["severity"], "info");
  EXPECT_EQ(one["raw.data.free"], "1.50") << "numbers keep their spelling";
  EXPECT_EQ(one["raw.data.id"], "12345678901234567890");
  EXPECT_EQ(one.all().idempotency_key, "/mycontext/4\n7");
  EXPECT_EQ(two.all().idempotency_key, "/mycontext/4\n7");
}

TEST_F(CloudEvents, a_type_that_is_a_urn_is_the_kind) {
  Sent sent = binary("");
  sent.headers[2].second = "urn:ci:build:failed";
  EXPECT_EQ(decode(sent)["kind"], "urn:ci:build:failed");
}

TEST_F(CloudEvents, messages_are_what_the_data_says_to_people) {
  const auto message = [&](std::string data) {
    return decode(structured(",\"data\":" + data))["message"];
  };
  EXPECT_EQ(message(R"({"message":" Disk full ","text":"t"})"), "Disk full");
  EXPECT_EQ(message(R"({"message":7,"text":"Disk full"})"), "Disk full");
  EXPECT_EQ(message(R"({"summary":"Disk full"})"), "Disk full");
  EXPECT_EQ(message(R"({"subject":"Disk full"})"), "Disk full");
  EXPECT_EQ(message(R"("I'm just a string")"), "I'm just a string");
  EXPECT_EQ(message("1.5"), "com.example.alarm from /mycontext/4");
  EXPECT_EQ(message("null"), "com.example.alarm from /mycontext/4");
  EXPECT_EQ(message("\"<stuff/>\""), "com.example.alarm from /mycontext/4");
  EXPECT_EQ(count_runes(message("\"" + std::string(9000, 'x') + "\"")), 4000u);
}

TEST_F(CloudEvents, severities_come_from_the_extension_or_the_data) {
  const auto severity = [&](std::string more) { return decode(structured(more))["severity"]; };
  EXPECT_EQ(severity(R"(,"severitytext":"WARN","severitynumber":17)"), "warning");
  EXPECT_EQ(severity(R"(,"severitynumber":17)"), "error");
  EXPECT_EQ(severity(R"(,"severitynumber":24)"), "critical");
  EXPECT_EQ(severity(R"(,"severitynumber":1)"), "debug");
  EXPECT_EQ(severity(R"(,"severitynumber":25)"), "info");
  EXPECT_EQ(severity(R"(,"data":{"severity":"crit"})"), "critical");
  EXPECT_EQ(severity(R"(,"data":{"level":"error"})"), "error");
  EXPECT_EQ(severity(R"(,"data":{"severity":"purple"})"), "info");
}

TEST_F(CloudEvents, data_that_uses_our_names_fills_the_fields) {
  const auto event = decode(structured(
      R"(,"time":"2018-04-05T17:31:00Z","data":{"message":"m","project":"a/b","host":"db1","status":3,)"
      R"("alert_key":"k","alert_state":"firing","html_url":"https://x.example/1","url":"ftp://y"})"));
  EXPECT_EQ(event["timestamp"], "2018-04-05T17:31:00Z");
  EXPECT_EQ(event["project"], "a/b");
  EXPECT_EQ(event["host"], "db1");
  EXPECT_EQ(event["status"], "3");
  EXPECT_EQ(event["alert_key"], "k");
  EXPECT_EQ(event["alert_state"], "firing");
  EXPECT_EQ(event["view_link"], "https://x.example/1");
  const auto bad = decode(structured(R"(,"time":"yesterday","data":{"url":"javascript:alert"
})"));
  EXPECT_EQ(bad["timestamp"], "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(bad["view_link"], "");
}

TEST_F(CloudEvents, header_values_are_decoded_one_round) {
  const auto value = [&](std::string header) {
    return decode(binary("", {{"ce-ext", std::move(header)}}))["raw.ext"];
  };
  EXPECT_EQ(value("Euro%20%E2%82%AC%20%F0%9F%98%80"), "Euro € 😀");
  EXPECT_EQ(value("%e2%82%ac"), "€") << "lower case too";
  EXPECT_EQ(value("%2525"), "%25") << "not twice";
  EXPECT_EQ(value(R"("quoted \"text\" \\ 1%25")"), R"(quoted "text" \ 1%)");
  EXPECT_EQ(value("Euro €"), "Euro €") << "not encoded at all";
  // The JavaScript SDK encodes nothing, and Node writes headers as ISO 8859-1.
  EXPECT_EQ(value("v\xe4 lue \"q\" %"), "vä lue \"q\" %");
  EXPECT_EQ(value("50% off %zz %4"), "50% off %zz %4");
  EXPECT_EQ(value("\""), "\"");
  EXPECT_EQ(value(" x "), "x");
  for (const char* bad : {"%C0%A0", "a%FF", "%ED%A0%80"})
    EXPECT_EQ(refused(binary("", {{"ce-ext", bad}})),
              "400 header `ce-ext`: its percent-encoded bytes are no UTF-8");
}

TEST_F(CloudEvents, data_is_json_text_or_base64) {
  const auto data = [&](std::string body, std::string type) {
    const auto event = decode(binary(std::move(body), {{"Content-Type", std::move(type)}}));
    return event["raw.data"] + "|" + event["raw.data.a"] + "|" + event["raw.data_base64"];
  };
  EXPECT_EQ(data("{\"a\":1}", "text/json"), "|1|");
  EXPECT_EQ(data("{\"a\":1}", "application/vnd.x+json; charset=utf-8"), "|1|");
  EXPECT_EQ(data("\xEF\xBB\xBF{\"a\":1}", "application/json"), "|1|");
  EXPECT_EQ(data("{\"a\":1}", ""), "|1|") << "JSON where no type is given";
  EXPECT_EQ(data("{\"a\":1}", "text/plain"), "{\"a\":1}||");
  EXPECT_EQ(data("{\"a\":", "application/json"), "{\"a\":||") << "kept though it is none";
  EXPECT_EQ(data("<a/>\n", "application/xml"), "<a/>\n||");
  EXPECT_EQ(data("\x01\x02\x03", "application/octet-stream"), "||AQID");
  EXPECT_EQ(data("\xff\xfe", "text/plain"), "||//4=");
  EXPECT_EQ(data("", "application/json"), "||");
}

TEST_F(CloudEvents, base64_is_read_where_it_holds_json_or_text) {
  const auto json = decode(structured(
      R"(,"datacontenttype":"application/json","n":1,"data_base64":"eyJtZXNzYWdlIjoiaGkifQ==")"));
  EXPECT_EQ(json["raw.data.message"], "hi");
  EXPECT_EQ(json["raw.data_base64"], "");
  EXPECT_EQ(json["raw.n"], "1");
  EXPECT_EQ(json["message"], "hi");
  const auto old = decode(
      {R"({"specversion":"0.3","id":"7","type":"t","source":"s","datacontenttype":"text/plain",)"
       R"("datacontentencoding":"base64","data":"aGk="})",
       {{"Content-Type", kStructured}}});
  EXPECT_EQ(old["raw.data"], "hi");
  EXPECT_EQ(old["raw.datacontentencoding"], "");
  EXPECT_EQ(old["message"], "hi");
  EXPECT_EQ(decode(structured(R"(,"data_base64":"AQID")"))["raw.data_base64"], "AQID");
  EXPECT_EQ(refused(structured(R"(,"data_base64":"!")")), "400 `data_base64` is no base64");
  EXPECT_EQ(refused(structured(R"(,"data_base64":7)")), "400 `data_base64` is no base64");
  EXPECT_EQ(refused(structured(R"(,"data_base64":"AQID","data":1)")),
            "400 an event has `data` or `data_base64`, not both");
}

TEST_F(CloudEvents, what_every_event_must_have_is_asked_for_by_name) {
  EXPECT_EQ(
      refused({"{}", {{"Content-Type", "application/json"}}}),
      "400 no CloudEvent: without `specversion`, `id`, `source`, `type` (in binary mode headers "
      "with the prefix `ce-`)");
  Sent sent = binary("x");
  sent.headers[1].second = "";
  EXPECT_EQ(refused(sent),
            "400 no CloudEvent: without `id` (in binary mode headers with the prefix `ce-`)");
  sent = binary("x");
  sent.headers[0].second = "2.0";
  EXPECT_EQ(refused(sent), "400 `specversion` must be 1.0 or 0.3");
  EXPECT_EQ(refused(binary("x", {{"ce-data", "y"}})),
            "400 `ce-data` is no attribute: in binary mode the data is the body");
}

TEST_F(CloudEvents, attributes_of_the_json_format_have_types) {
  EXPECT_EQ(refused(structured(R"(,"x":1.5)")),
            "400 `x` must be a string, a boolean or a 32-bit integer");
  EXPECT_EQ(refused(structured(R"(,"x":4247483647)")),
            "400 `x` must be a string, a boolean or a 32-bit integer");
  EXPECT_EQ(refused(structured(R"(,"subject":1)")), "400 `subject` must be a string");
  EXPECT_EQ(refused(structured(R"(,"a_b":"x")")),
            "400 `a_b` is no name of an attribute: only a-z and 0-9 are");
  EXPECT_EQ(refused({"[]", {{"Content-Type", kStructured}}}),
            "400 an event of the JSON format is a JSON object");
  EXPECT_TRUE(refused({"{", {{"Content-Type", kStructured}}}).starts_with("400 no JSON: "));
  const auto event =
      decode(structured(R"(,"subject":null,"aString":"a","n":-2147483648,"b":true)"));
  EXPECT_EQ(event["subject"], "");
  EXPECT_EQ(event["raw.aString"], "a");
  EXPECT_EQ(event["raw.n"], "-2147483648");
  EXPECT_EQ(event["raw.b"], "true");
}

TEST_F(CloudEvents, another_event_format_is_415) {
  for (const char* type :
       {"application/cloudevents+avro", "application/cloudevents",
        "application/cloudevents-batch+protobuf", "application/cloudevents-batch"})
    EXPECT_TRUE(refused({"{}", {{"Content-Type", type}}}).starts_with("415 unknown event format"))
        << type;
  Sent upper = structured("");
  upper.headers[0].second = "Application/CloudEvents+JSON";
  EXPECT_EQ(decode(upper)["raw.id"], "7");
}

TEST_F(CloudEvents, of_a_batch_the_good_events_are_taken) {
  const std::string good = structured("").body;
  const EntryEvents events =
      decode_all(*portal_.portal, batch("[" + good + ", 7 ,{\"id\":\"1\"}," + good + "]"));
  EXPECT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.idempotency_key, "");
  ASSERT_EQ(events.rejected.size(), 2u);
  EXPECT_EQ(events.rejected[0].index, 1u);
  EXPECT_EQ(events.rejected[1].index, 2u);
  const net::HttpAnswer answer = portal_->answer({.accepted = 2, .rejected = &events.rejected});
  EXPECT_EQ(answer.status, 202);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"accepted":2,"rejected":[{"index":1,"error":"an event of the JSON format is a JSON object"})"))
      << answer.body;
  EXPECT_EQ(portal_->answer({.accepted = 0, .rejected = &events.rejected}).status, 400);
}

TEST_F(CloudEvents, batches_may_be_empty_but_not_endless) {
  const EntryEvents events = decode_all(*portal_.portal, batch("[]"));
  EXPECT_TRUE(events.events.empty());
  EXPECT_EQ(portal_->answer({.rejected = &events.rejected}).status, 202);
  EXPECT_EQ(refused(batch("{}")), "400 a batch is a JSON array of events");
  EXPECT_EQ(refused(batch("[")), "400 a batch is a JSON array of events");
  std::string many = "[1";
  for (int i = 0; i < 10'000; ++i) many += ",1";
  EXPECT_EQ(refused(batch(many + "]")), "413 more than 10000 events in one batch");
}

TEST_F(CloudEvents, the_answer_is_an_empty_202) {
  const net::HttpAnswer answer = portal_->answer({.accepted = 1, .ack = "disk"});
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "");
}

TEST_F(CloudEvents, the_handshake_permits_the_sender_that_asks) {
  const net::HttpAnswer answer = ask(
      portal_,
      {{"WebHook-Request-Origin", "eventemitter.example.com"}, {"WebHook-Request-Rate", "120"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(net::find_header(answer.headers, "WebHook-Allowed-Origin"), "eventemitter.example.com");
  EXPECT_EQ(net::find_header(answer.headers, "WebHook-Allowed-Rate"), "*");
  EXPECT_EQ(net::find_header(answer.headers, "Allow"), "OPTIONS, POST");
}

TEST_F(CloudEvents, the_handshake_permits_nobody_else) {
  const ConfiguredEntry some("cloudevents", "origins: [a.example, b.example]\n");
  const auto allowed = [&](const ConfiguredEntry& portal, std::string origin) {
    return std::string(
        net::find_header(ask(portal, {{"WebHook-Request-Origin", std::move(origin)}}).headers,
                         "WebHook-Allowed-Origin"));
  };
  EXPECT_EQ(allowed(some, "B.example"), "B.example");
  EXPECT_EQ(allowed(some, "c.example"), "");
  EXPECT_EQ(allowed(portal_, ""), "");
  EXPECT_EQ(allowed(portal_, "a\r\nX: y"), "");
  EXPECT_EQ(allowed(portal_, "a\xff"), "");
}

TEST_F(CloudEvents, large_and_deep_data_is_cut_and_says_so) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"a\":";
  const auto event = decode(structured(R"(,"data":)" + deep + "1" + std::string(100, '}')));
  EXPECT_EQ(event["truncated"], "true");
  EXPECT_EQ(event["raw.id"], "7");
  const auto large = decode(binary(std::string(2u << 20, 'x'), {{"Content-Type", "text/plain"}}));
  EXPECT_EQ(large["truncated"], "true");
  EXPECT_EQ(large["kind"], "urn:cloudevents:com.example.alarm");
  const auto broken = decode(binary("{\"message\":\"a\xff\\ud800\"}"));
  EXPECT_TRUE(is_utf8(broken.json()));
  EXPECT_EQ(broken["message"], "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(CloudEvents, any_data_of_a_real_event_makes_one_event) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  for (const std::string& body :
       {std::string("{"), std::string("[{},"), std::string("\"\\ud800\""), bytes,
        std::string("{\"message\":{},\"severity\":[],\"url\":7}"), std::string(100'000, '[')})
    for (const char* type : {"", "application/json", "text/plain", "\xff\xfe", ";", "a/b+json"}) {
      const auto event = decode(binary(body, {{"Content-Type", type}}));
      EXPECT_TRUE(is_utf8(event.json()));
      EXPECT_EQ(event["kind"], "urn:cloudevents:com.example.alarm");
      EXPECT_FALSE(event["message"].empty());
    }
}

}  // namespace
}  // namespace tt::portals::test
