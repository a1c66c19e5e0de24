// Decoding of bodies: the canonical form, every refusal and its words, positions of syntax errors.
// SPDX-License-Identifier: Apache-2.0
#include "event/decode.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "event/arrival.h"

namespace tt::event {
namespace {

constexpr std::string_view kAdded =
    R"("timestamp":"2026-01-31T12:00:00.123456Z","kind":"unknown"})";

Decoded decode(std::string_view body, const Limits& limits = {}) {
  return decode_events(body, BodyFormat::kJson, limits, kArrival);
}
Decoded decode_lines(std::string_view body, const Limits& limits = {}) {
  return decode_events(body, BodyFormat::kNdjson, limits, kArrival);
}

// The canonical text of one event without what the server adds, or why it was refused.
std::string canonical(std::string_view body) {
  const Decoded decoded = decode(body);
  if (decoded.syntax) return "syntax: " + decoded.syntax->text;
  if (!decoded.rejected.empty()) return "rejected: " + decoded.rejected[0].error;
  if (decoded.events.size() != 1) return "events: " + std::to_string(decoded.events.size());
  std::string json(decoded.events[0].json);
  if (json.ends_with(kAdded)) json.replace(json.size() - kAdded.size() - 1, json.npos, "}");
  return json;
}

TEST(Decode, an_event_without_white_space_stays_byte_for_byte) {
  constexpr std::string_view kJson =
      R"({"timestamp":"2026-11-07 12:31","kind":"urn:x","message":"q\"\u00e4\/","n":-1.50E+3,)"
      R"("t":true,"f":false,"z":null,"a":[1,"x\\",null,-0.0],"e":[],"o":{},"":""})";
  const Decoded decoded = decode(kJson);
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.events[0].json, kJson);
  EXPECT_EQ(decoded.events[0].text("message"), "q\"ä/");
  EXPECT_EQ(decoded.events[0].fields.size(), 11u);
}

TEST(Decode, missing_time_and_kind_are_added_at_the_end) {
  EXPECT_EQ(decode(R"({"message":"m"})").events[0].json,
            R"({"message":"m",)" + std::string(kAdded));
  EXPECT_EQ(decode(R"({"kind":"k","message":"m"})").events[0].json,
            R"({"kind":"k","message":"m","timestamp":"2026-01-31T12:00:00.123456Z"})");
  const Decoded decoded = decode(R"({"timestamp":"2026-01-31T12:00Z","message":"m"})");
  EXPECT_EQ(decoded.events[0].json,
            R"({"timestamp":"2026-01-31T12:00Z","message":"m","kind":"unknown"})");
  EXPECT_EQ(decoded.events[0].text("kind"), "unknown");
}

TEST(Decode, white_space_outside_strings_goes) {
  EXPECT_EQ(
      canonical(" {\r\n\t\"message\" : \"a  b\" , \"x\" :[ 1 , \"c  d\" ,[ ] ] , \"y\" : { } ,"
                " \"z\":[ ], \"n\" : 1 }\n"),
      R"({"message":"a  b","x.0":1,"x.1":"c  d","x.2":[],"y":{},"z":[],"n":1})");
  EXPECT_EQ(canonical(R"( { "message" : "a" , "x" : [ 1 , " \" " ] , "o": { } , "e" : [ ] } )"),
            R"({"message":"a","x":[1," \" "],"o":{},"e":[]})");
  EXPECT_EQ(canonical(R"({"message":"a","x":[1, 2]})"), R"({"message":"a","x":[1,2]})");
  EXPECT_EQ(canonical(R"({"message":"a","x":[ 1,2]})"), R"({"message":"a","x":[1,2]})");
  EXPECT_EQ(canonical(R"({"message":"a","x":[1,2 ]})"), R"({"message":"a","x":[1,2]})");
  EXPECT_EQ(canonical(R"({"message":"a","x":{ }})"), R"({"message":"a","x":{}})");
}

TEST(Decode, nested_objects_become_dotted_names) {
  EXPECT_EQ(canonical(R"({"message":"m","a":{"b":{"c":1},"d":[1,2]},"e":2})"),
            R"({"message":"m","a.b.c":1,"a.d":[1,2],"e":2})");
}

TEST(Decode, arrays_that_hold_containers_get_indexes) {
  EXPECT_EQ(canonical(R"({"message":"m","a":[{"b":1},2,[3,4],{},[]]})"),
            R"({"message":"m","a.0.b":1,"a.1":2,"a.2":[3,4],"a.3":{},"a.4":[]})");
}

TEST(Decode, of_duplicates_the_last_value_wins_at_the_first_place) {
  EXPECT_EQ(canonical(R"({"x":1,"message":"a","x":2,"message":"b"})"), R"({"x":2,"message":"b"})");
  EXPECT_EQ(canonical(R"({"message":"m","a.b":1,"c":0,"a":{"b":2}})"),
            R"({"message":"m","a.b":2,"c":0})");
  EXPECT_EQ(canonical(R"({"message":"m","a":{"x":1},"c":0,"a":{"y":2}})"),
            R"({"message":"m","a.y":2,"c":0})");
  EXPECT_EQ(canonical(R"({"message":"m","\u0061":1,"a":2})"), R"({"message":"m","\u0061":2})");
}

TEST(Decode, duplicates_are_found_among_many_and_among_alike_names) {
  std::string body = R"({"message":"m")";
  std::string wanted = body;
  for (int i = 0; i < 200; ++i) body += ",\"field-number-" + std::to_string(1000 + i) + "\":1";
  wanted = body + "}";
  EXPECT_EQ(canonical(body + "}"), wanted);
  wanted.replace(wanted.find("1007\":1"), 7, "1007\":2");
  EXPECT_EQ(canonical(body + R"(,"field-number-1007":2})"), wanted);
}

TEST(Decode, null_is_kept_but_in_a_named_field_counts_as_missing) {
  EXPECT_EQ(canonical(R"({"message":"m","host":null,"x":null})"),
            R"({"message":"m","host":null,"x":null})");
  EXPECT_EQ(canonical(R"({"source":null,"timestamp":null,"message":"m","kind":null})"),
            R"({"message":"m"})");
  EXPECT_EQ(canonical(R"({"message":null})"),
            "rejected: message is missing; every event needs one");
}

TEST(Decode, named_fields_of_other_types_are_refused_with_the_type) {
  const auto reason = [](std::string_view name, std::string_view value) {
    return canonical(R"({"message":"m",")" + std::string(name) + "\":" + std::string(value) + "}");
  };
  for (const auto name : kNamedFields) {
    const std::string start = "rejected: " + std::string(name) + " must be a string, not ";
    EXPECT_EQ(reason(name, "1"), start + "a number");
    EXPECT_EQ(reason(name, "true"), start + "true");
    EXPECT_EQ(reason(name, "false"), start + "false");
    EXPECT_EQ(reason(name, "[]"), start + "an array");
    EXPECT_EQ(reason(name, R"(["x"])"), start + "an array");
    EXPECT_EQ(reason(name, R"([{"x":1}])"), start + "an array");
    EXPECT_EQ(reason(name, "{}"), start + "an object");
    EXPECT_EQ(reason(name, R"({"x":1})"), start + "an object");
  }
  EXPECT_EQ(reason("\\u006bind", "1"), "rejected: kind must be a string, not a number");
}

TEST(Decode, well_known_fields_may_have_any_type) {
  EXPECT_EQ(canonical(R"({"message":"m","status":404,"host":["a"]})"),
            R"({"message":"m","status":404,"host":["a"]})");
}

TEST(Decode, an_event_needs_a_message) {
  EXPECT_EQ(canonical("{}"), "rejected: message is missing; every event needs one");
  EXPECT_EQ(canonical("{ }"), "rejected: message is missing; every event needs one");
  EXPECT_EQ(canonical(R"({"kind":"k"})"), "rejected: message is missing; every event needs one");
  EXPECT_EQ(canonical(R"({"message":""})"), "rejected: message is empty; every event needs one");
}

TEST(Decode, a_timestamp_must_be_a_time) {
  const auto reason = [](std::string_view time) {
    return canonical(R"({"message":"m","timestamp":")" + std::string(time) + "\"}");
  };
  EXPECT_EQ(reason("noon"),
            R"(rejected: timestamp "noon" is not a time; write it as in 2026-01-31T12:00:00Z)");
  EXPECT_EQ(reason("2026-02-30T12:00:00Z"),
            "rejected: timestamp \"2026-02-30T12:00:00Z\" is not a time; write it as in "
            "2026-01-31T12:00:00Z");
  EXPECT_EQ(reason(""),
            R"(rejected: timestamp "" is not a time; write it as in 2026-01-31T12:00:00Z)");
  for (const std::string time :
       {"2026-01-31T12:00:00Z", "2026-01-31 12:00", "2026-01-31T12:00:00.123456789+05:30",
        "2026-01-31t12:00:00z", "\\u0032026-01-31T12:00:00Z"}) {
    EXPECT_EQ(reason(time), R"({"message":"m","timestamp":")" + time + R"(","kind":"unknown"})");
  }
}

TEST(Decode, half_a_surrogate_pair_refuses_its_event_only) {
  const Decoded decoded =
      decode(R"([{"message":"\ud83d"},{"message":"\ud83d\udd25"},)"
             R"({"message":"m","x":["\udd25\ud83d"]},{"\ud800":1,"message":"m"}])");
  ASSERT_EQ(decoded.rejected.size(), 3u);
  EXPECT_EQ(decoded.rejected[0].error,
            "a string holds half of a surrogate pair (\\ud800 to \\udfff), which is no text");
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.events[0].text("message"), "🔥");
}

TEST(Decode, limits_refuse_the_event_with_their_numbers) {
  Limits limits;
  limits.event_bytes_max = 300;
  limits.fields_max = 4;
  limits.depth_max = 3;
  const auto reason = [&](std::string_view body) {
    const Decoded decoded = decode(body, limits);
    return decoded.rejected.empty() ? std::string() : decoded.rejected[0].error;
  };
  EXPECT_EQ(reason(R"({"message":"m","a":1})"), "");
  EXPECT_EQ(reason(R"({"message":"m","a":1,"b":2})"), "5 fields; the limit is 4 an event");
  EXPECT_EQ(reason(R"({"message":"m","a":{"b":{"c":1}}})"), "");
  EXPECT_EQ(reason(R"({"message":"m","a":{"b":{"c":[]}}})"), "nested 4 deep; the limit is 3");
  EXPECT_EQ(reason(R"({"message":")" + std::string(300, 'x') + "\"}"),
            "larger than the limit of 300 bytes an event");
  EXPECT_EQ(
      reason(R"({"message":"m","x":[)" + std::string(400, '[') + std::string(400, ']') + "]}"),
      "nested 402 deep; the limit is 3");
  EXPECT_EQ(reason(R"({"message":"m",)" + std::string(400, ' ') + R"("a":1})"), "");
}

TEST(Decode, a_batch_with_more_events_than_allowed_is_refused_as_a_whole) {
  Limits limits;
  limits.batch_events_max = 2;
  const std::string event = R"({"message":"m"})";
  EXPECT_EQ(decode("[" + event + "," + event + "]", limits).events.size(), 2u);
  const Decoded decoded = decode("[" + event + ",7," + event + "]", limits);
  EXPECT_TRUE(decoded.is_too_many);
  EXPECT_TRUE(decoded.events.empty());
  EXPECT_TRUE(decoded.rejected.empty());
  EXPECT_FALSE(decoded.syntax);
  EXPECT_TRUE(decode_lines(event + "\n" + event + "\n" + event, limits).is_too_many);
  EXPECT_FALSE(decode_lines(event + "\n" + event + "\n\n", limits).is_too_many);
}

TEST(Decode, arrays_list_what_is_refused_by_position) {
  const Decoded decoded = decode(
      R"([{"message":"a"}, 5, {"message":""}, {"message":"b"}, [], "x", null, {"message":{"b":1}}])");
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[1].text("message"), "b");
  ASSERT_EQ(decoded.rejected.size(), 6u);
  const std::vector<std::size_t> indexes{1, 2, 4, 5, 6, 7};
  const std::vector<std::string> errors{
      "not an object but a number", "message is empty; every event needs one",
      "not an object but an array", "not an object but a string",
      "not an object but null",     "message must be a string, not an object"};
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    EXPECT_EQ(decoded.rejected[i].index, indexes[i]);
    EXPECT_EQ(decoded.rejected[i].error, errors[i]);
  }
}

TEST(Decode, an_empty_array_is_an_empty_batch) {
  for (const auto body : {"[]", " [ ] "}) {
    const Decoded decoded = decode(body);
    EXPECT_FALSE(decoded.syntax);
    EXPECT_TRUE(decoded.events.empty() && decoded.rejected.empty());
  }
}

TEST(Decode, a_byte_order_mark_is_ignored) {
  EXPECT_EQ(canonical("\xEF\xBB\xBF{\"message\":\"m\"}"), R"({"message":"m"})");
}

struct SyntaxCase {
  std::string_view body, text;
  std::size_t line, byte;
};

TEST(Decode, syntax_errors_say_where_and_what) {
  const std::vector<SyntaxCase> cases{
      {"", "expected a value, found the end of the text", 1, 1},
      {"  ", "expected a value, found the end of the text", 1, 3},
      {"{", "expected a name in double quotes, found the end of the text", 1, 2},
      {"{\"message\":\"m\"} x", "expected the end of the text, found 'x'", 1, 17},
      {"{\"message\":\"m\"}\n{", "expected the end of the text, found '{'", 2, 1},
      {"{'a':1}", "expected a name in double quotes, found '''", 1, 2},
      {"{\"a\" 1}", "expected ':', found '1'", 1, 6},
      {"{\"a\":1,}", "expected a name in double quotes, found '}'", 1, 8},
      {"{\"a\":1 \"b\":2}", "expected ',' or '}', found '\"'", 1, 8},
      {"[1 2]", "expected ',' or ']', found '2'", 1, 4},
      {"[1,]", "expected a value, found ']'", 1, 4},
      {"[01]", "not a number of JSON", 1, 2},
      {"[\n  +1]", "not a number of JSON", 2, 3},
      {"[NaN]", "expected a value, found 'N'", 1, 2},
      {"[\"\\x\"]", "not an escape sequence of JSON", 1, 3},
      {"[\"\\u12\"]", "not an escape sequence of JSON", 1, 3},
      {"[\"abc]", "a string begins here and does not end", 1, 2},
      {"[\"a\tb\"]",
       "expected control characters in strings to be escaped, found control character 9", 1, 4},
      {"[\"a\xFF\"]", "expected UTF-8, found a byte that is not UTF-8", 1, 4},
      {"[\"\xED\xA0\x80\"]", "expected UTF-8, found a byte that is not UTF-8", 1, 3},
      {"[{\"message\":\"m\"},{\"message\":\"m\",\"x\":{\"y\":[tru]}}]",
       "expected a value, found 't'", 1, 43},
  };
  for (const auto& [body, text, line, byte] : cases) {
    const Decoded decoded = decode(body);
    ASSERT_TRUE(decoded.syntax) << body;
    EXPECT_TRUE(decoded.events.empty() && decoded.rejected.empty()) << body;
    EXPECT_EQ(decoded.syntax->text, text) << body;
    EXPECT_EQ(decoded.syntax->line, line) << body;
    EXPECT_EQ(decoded.syntax->byte, byte) << body;
  }
}

TEST(Decode, syntax_is_checked_in_what_is_refused_for_other_reasons) {
  EXPECT_TRUE(decode(R"([{"message":1,"x":tru}])").syntax);
  EXPECT_TRUE(decode(R"([[1,[2,]]])").syntax);
  EXPECT_TRUE(decode(R"([{"a":1,"a":01}])").syntax);
  EXPECT_TRUE(decode("[" + std::string(100'000, '[')).syntax);
}

TEST(Decode, ndjson_has_an_event_a_line_and_skips_empty_ones) {
  const Decoded decoded = decode_lines(
      "\n{\"message\":\"a\"}\r\n\r\n  \n{\"message\" : \"b\"} \n5\n[]\n{\"message\":\"c\"}");
  ASSERT_EQ(decoded.events.size(), 3u);
  EXPECT_EQ(decoded.events[0].text("message"), "a");
  EXPECT_EQ(decoded.events[1].text("message"), "b");
  EXPECT_EQ(decoded.events[2].text("message"), "c");
  ASSERT_EQ(decoded.rejected.size(), 2u);
  EXPECT_EQ(decoded.rejected[0].index, 2u);
  EXPECT_EQ(decoded.rejected[0].error, "not an object but a number");
  EXPECT_EQ(decoded.rejected[1].index, 3u);
}

TEST(Decode, an_empty_ndjson_body_is_an_empty_batch) {
  for (const auto body : {"", "\n", " \r\n\r\n"}) {
    const Decoded decoded = decode_lines(body);
    EXPECT_FALSE(decoded.syntax);
    EXPECT_TRUE(decoded.events.empty());
  }
}

TEST(Decode, ndjson_lines_hold_one_whole_value_each) {
  const std::string good = "{\"message\":\"m\"}\n";
  const std::vector<SyntaxCase> cases{
      {"{\"message\":\n\"m\"}\n", "expected a value, found the end of the text", 2, 12},
      {"{\"message\":\"m\"} {\"message\":\"m\"}\n", "expected the end of the text, found '{'", 2,
       17},
      {"{\"message\":\"m\n\"}\n", "a string begins here and does not end", 2, 12},
      {"\n{\"message\":\"m\"},\n", "expected the end of the text, found ','", 3, 16},
      {"]", "expected a value, found ']'", 2, 1},
      {"[1,\n2]", "expected a value, found the end of the text", 2, 4},
      {"\"\n", "a string begins here and does not end", 2, 1},
  };
  for (const auto& [body, text, line, byte] : cases) {
    const Decoded decoded = decode_lines(good + std::string(body) + good);
    ASSERT_TRUE(decoded.syntax) << body;
    EXPECT_TRUE(decoded.events.empty()) << body;
    EXPECT_EQ(decoded.syntax->text, text) << body;
    EXPECT_EQ(decoded.syntax->line, line) << body;
    EXPECT_EQ(decoded.syntax->byte, byte) << body;
  }
}

TEST(Decode, ndjson_of_many_pieces_loses_nothing) {
  std::string body;
  for (int i = 0; i < 5000; ++i) {
    body += "{\"message\":\"" + std::string(static_cast<std::size_t>(i % 97), 'x') + "\\n" +
            std::to_string(i) + "\"}\n";
  }
  body += "{\"message\":\"" + std::string(200'000, 'y') + "\"}\n{\"message\":\"end\"}";
  const Decoded decoded = decode_lines(body);
  ASSERT_EQ(decoded.events.size(), 5002u);
  EXPECT_TRUE(decoded.events[4999].text("message").ends_with("\n4999"));
  EXPECT_EQ(decoded.events[5000].text("message").size(), 200'000u);
  EXPECT_EQ(decoded.events[5001].text("message"), "end");
  const Decoded broken = decode_lines(body + "\nx");
  ASSERT_TRUE(broken.syntax);
  EXPECT_EQ(broken.syntax->line, 5003u);
}

}  // namespace
}  // namespace tt::event
