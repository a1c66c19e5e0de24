// EventWriter: setting, replacing, flattening, refusing.
// SPDX-License-Identifier: Apache-2.0
#include "event/writer.h"

#include <gtest/gtest.h>

#include <string>

#include "event/arrival.h"

namespace tt::event {
namespace {

constexpr std::string_view kTail =
    R"(,"timestamp":"2026-01-31T12:00:00.123456Z","kind":"unknown"})";

class Writer : public testing::Test {
 protected:
  std::string finished() {
    const Status status = writer_.finish(kArrival);
    if (!status.ok()) return "refused: " + status.error().text;
    return std::string(batch_[batch_.size() - 1].json);
  }
  // The event without what finish() adds to every one here.
  std::string fields() {
    std::string json = finished();
    if (!json.ends_with(kTail)) return json;
    return json.substr(0, json.size() - kTail.size()) + "}";
  }
  void begin_with_message() {
    writer_.begin();
    writer_.set_text("message", "m");
  }

  EventBatch batch_;
  EventWriter writer_{batch_};
};

TEST_F(Writer, missing_time_and_kind_are_added_behind_the_other_fields) {
  begin_with_message();
  EXPECT_EQ(finished(),
            R"({"message":"m","timestamp":"2026-01-31T12:00:00.123456Z","kind":"unknown"})");
}

TEST_F(Writer, fields_keep_their_order_and_a_second_setting_its_place) {
  writer_.begin();
  writer_.set_text("message", "first");
  writer_.set_raw("n", "1");
  writer_.set_text("message", "last");
  EXPECT_EQ(fields(), R"({"message":"last","n":1})");
}

TEST_F(Writer, names_and_texts_are_escaped) {
  begin_with_message();
  writer_.set_text("a\"\n", "x\"\\\n\x01");
  EXPECT_TRUE(writer_.has("a\"\n"));
  EXPECT_EQ(fields(), "{\"message\":\"m\",\"a\\\"\\n\":\"x\\\"\\\\\\n\\u0001\"}");
  EXPECT_EQ(batch_[0].text("a\"\n"), "x\"\\\n\x01");
}

TEST_F(Writer, empty_texts_are_set_by_set_text_only) {
  begin_with_message();
  writer_.set_text("empty", "");
  writer_.set_some("skipped", "");
  writer_.set_some("some", "x");
  EXPECT_EQ(fields(), R"({"message":"m","empty":"","some":"x"})");
}

TEST_F(Writer, raw_scalars_and_arrays_lose_white_space_only) {
  begin_with_message();
  writer_.set_raw("a", "[1.0, \"x y\" ,null]");
  writer_.set_raw("b", " -1E5 ");
  writer_.set_raw("c", "[ ]");
  writer_.set_raw("d", "{ }");
  writer_.set_raw("e", R"("\u0041 b")");
  EXPECT_EQ(fields(),
            R"({"message":"m","a":[1.0,"x y",null],"b":-1E5,"c":[],"d":{},"e":"\u0041 b"})");
}

TEST_F(Writer, raw_texts_that_are_not_flat_json_are_refused_at_the_end) {
  for (const std::string_view raw : {"", "tru", "01", "[1,[2]]", "[{}]", R"({"a":1})", "1 2",
                                     "\"\\ud800\"", "\"\xFF\"", "\"", "[1,]"}) {
    begin_with_message();
    writer_.set_raw("x", raw);
    EXPECT_EQ(finished(), R"(refused: field "x" is not JSON of a scalar or of an array of scalars)")
        << raw;
  }
  EXPECT_TRUE(batch_.empty());
}

TEST_F(Writer, a_refused_event_can_be_mended_and_finished_again) {
  writer_.begin();
  writer_.set_text("source", "s");
  EXPECT_EQ(finished(), "refused: message is missing; every event needs one");
  EXPECT_EQ(batch_.text_bytes(), 0u);
  writer_.set_text("message", "m");
  EXPECT_EQ(fields(), R"({"source":"s","message":"m"})");
}

TEST_F(Writer, texts_that_are_not_utf8_are_refused_by_name) {
  begin_with_message();
  writer_.set_text("host", "\xC3(");
  EXPECT_EQ(finished(), R"(refused: field "host" is not UTF-8)");
  writer_.set_text("host", "fine");
  EXPECT_EQ(fields(), R"({"message":"m","host":"fine"})");
}

TEST_F(Writer, unset_removes_and_a_later_setting_goes_to_the_end) {
  begin_with_message();
  writer_.set_text("a", "1");
  writer_.set_text("b", "2");
  writer_.unset("a");
  writer_.unset("never there");
  EXPECT_FALSE(writer_.has("a"));
  writer_.set_text("a", "3");
  EXPECT_EQ(fields(), R"({"message":"m","b":"2","a":"3"})");
}

TEST_F(Writer, unset_prefix_removes_what_is_below_it) {
  begin_with_message();
  ASSERT_TRUE(writer_.set_flattened("raw", R"({"a":1,"b":{"c":2}})").ok());
  writer_.set_text("rawhide", "x");
  writer_.unset_prefix("raw.");
  EXPECT_EQ(fields(), R"({"message":"m","rawhide":"x"})");
}

TEST_F(Writer, flattening_joins_names_and_numbers_arrays_that_hold_containers) {
  begin_with_message();
  ASSERT_TRUE(writer_
                  .set_flattened("raw", R"( {"a": {"b": 1, "c": [1, 2]}, "d": [{"e": null}, 5, []],
                                    "f": {}, "g": [], "h": [[1], [2]]} )")
                  .ok());
  EXPECT_EQ(fields(), R"({"message":"m","raw.a.b":1,"raw.a.c":[1,2],"raw.d.0.e":null,"raw.d.1":5,)"
                      R"("raw.d.2":[],"raw.f":{},"raw.g":[],"raw.h.0":[1],"raw.h.1":[2]})");
}

TEST_F(Writer, flattening_takes_every_kind_of_root) {
  begin_with_message();
  ASSERT_TRUE(writer_.set_flattened("a", "17").ok());
  ASSERT_TRUE(writer_.set_flattened("b", R"([1, "x"])").ok());
  ASSERT_TRUE(writer_.set_flattened("c", R"([{"x": 1}])").ok());
  ASSERT_TRUE(writer_.set_flattened("d", "{}").ok());
  ASSERT_TRUE(writer_.set_flattened("", R"({"x": {"y": 1}, "": {"": 2}})").ok());
  EXPECT_EQ(fields(), R"({"message":"m","a":17,"b":[1,"x"],"c.0.x":1,"d":{},"x.y":1,".":2})");
}

TEST_F(Writer, flattened_spellings_stay_and_prefixes_are_escaped) {
  begin_with_message();
  ASSERT_TRUE(writer_.set_flattened("r\"", R"({"\u0061":{"b\/c":"\u0041"}})").ok());
  EXPECT_EQ(fields(), R"({"message":"m","r\".\u0061.b\/c":"\u0041"})");
  EXPECT_EQ(batch_[0].text("r\".a.b/c"), "A");
}

TEST_F(Writer, of_duplicates_the_last_value_wins_at_the_first_place) {
  begin_with_message();
  ASSERT_TRUE(writer_
                  .set_flattened("", R"({"a.b":1,"x":0,"a":{"b":2,"b":3},"y":{"p":1},)"
                                     R"("z":7,"y":{"q":2},"\u0078":9})")
                  .ok());
  EXPECT_EQ(fields(), R"({"message":"m","a.b":3,"x":9,"y.q":2,"z":7})");
}

TEST_F(Writer, texts_that_are_not_json_cannot_be_flattened) {
  begin_with_message();
  for (const std::string_view json : {"", "{", R"({"a":1}})", R"({"a":tru})", "\"\xFF\"", "[1,]"}) {
    const Status status = writer_.set_flattened("raw", json);
    ASSERT_FALSE(status.ok()) << json;
    EXPECT_EQ(status.error().code, Code::kReject);
  }
  EXPECT_FALSE(writer_.set_flattened("raw", std::string(65, '[') + std::string(65, ']')).ok());
  EXPECT_TRUE(writer_.set_flattened("raw", std::string(64, '[') + std::string(64, ']')).ok());
  EXPECT_FALSE(writer_.set_flattened("raw", R"("\ud800")").ok());
}

TEST_F(Writer, named_fields_must_be_strings_and_null_counts_as_missing) {
  for (const auto name : kNamedFields) {
    writer_.begin();
    writer_.set_text("message", "m");
    writer_.set_raw(name, "5");
    EXPECT_EQ(finished(), "refused: " + std::string(name) + " must be a string, not a number");
    writer_.set_raw(name, "null");
    if (name == "message") {
      EXPECT_EQ(finished(), "refused: message is missing; every event needs one");
    } else {
      EXPECT_EQ(fields(), R"({"message":"m"})") << name;
    }
  }
}

TEST_F(Writer, an_empty_message_is_refused) {
  writer_.begin();
  writer_.set_text("message", "");
  EXPECT_EQ(finished(), "refused: message is empty; every event needs one");
}

TEST_F(Writer, a_timestamp_must_be_a_time_and_is_stored_as_sent) {
  begin_with_message();
  writer_.set_text("timestamp", "yesterday");
  EXPECT_EQ(finished(),
            R"(refused: timestamp "yesterday" is not a time; write it as in 2026-01-31T12:00:00Z)");
  writer_.set_text("timestamp", "2026-01-31 12:00");
  writer_.set_text("kind", "k");
  EXPECT_EQ(finished(), R"({"message":"m","timestamp":"2026-01-31 12:00","kind":"k"})");
}

TEST_F(Writer, limits_are_named_with_their_numbers) {
  Limits limits;
  limits.event_bytes_max = 200;
  limits.fields_max = 5;
  EventWriter writer(batch_, limits);
  const auto reason = [&] {
    const Status status = writer.finish(kArrival);
    return status.ok() ? std::string() : status.error().text;
  };
  writer.begin();
  writer.set_text("message", std::string(200, 'x'));
  EXPECT_EQ(reason(), "larger than the limit of 200 bytes an event");
  writer.begin();
  for (const auto name : {"message", "b", "c", "d"}) writer.set_text(name, "x");
  EXPECT_EQ(reason(), "6 fields; the limit is 5 an event");
  writer.unset("d");
  EXPECT_EQ(reason(), "");
  begin_with_message();
  writer_.set_text(std::string(65536, 'n'), "x");
  EXPECT_EQ(finished(), "refused: a field name has 65536 bytes; the limit is 65535");
}

TEST_F(Writer, the_size_limit_is_exact) {
  const std::string frame =
      R"({"message":"","timestamp":"2026-01-31T12:00:00.123456Z","kind":"unknown"})";
  for (const std::size_t more : {0u, 1u}) {
    Limits limits;
    limits.event_bytes_max = 1000;
    EventWriter writer(batch_, limits);
    writer.begin();
    writer.set_text("message", std::string(1000 - frame.size() + more, 'x'));
    EXPECT_EQ(writer.finish(kArrival).ok(), more == 0);
  }
}

TEST_F(Writer, names_that_flattening_makes_too_long_end_it_early) {
  const std::string name(60'000, 'n');
  std::string json = "{\"" + name + "\":{";
  for (int i = 0; i < 20'000; ++i) json += "\"" + std::to_string(i) + "\":1,";
  json.back() = '}';
  json += '}';
  begin_with_message();
  const Status status = writer_.set_flattened("raw", json);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().text, "the flattened form is larger than the limits allow");
  EXPECT_EQ(finished(), "refused: larger than the limit of 1048576 bytes an event");
  begin_with_message();
  EXPECT_EQ(fields(), R"({"message":"m"})");
}

TEST_F(Writer, many_fields_are_found_replaced_and_removed) {
  constexpr int kFields = 900;
  begin_with_message();
  for (int i = 0; i < kFields; ++i) writer_.set_text("f" + std::to_string(i), "old");
  for (int i = 0; i < kFields; i += 3) writer_.unset("f" + std::to_string(i));
  for (int i = 1; i < kFields; i += 3) writer_.set_text("f" + std::to_string(i), "new");
  for (int i = 0; i < kFields; i += 30) writer_.set_text("f" + std::to_string(i), "again");
  ASSERT_TRUE(writer_.finish(kArrival).ok());
  const EventView event = batch_[0];
  EXPECT_EQ(event.fields.size(), 3u + 600u + 30u);
  EXPECT_EQ(event.text("f0"), "again");
  EXPECT_EQ(event.find("f3"), nullptr);
  EXPECT_EQ(event.text("f4"), "new");
  EXPECT_EQ(event.text("f5"), "old");
  EXPECT_EQ(event.name(event.fields[1]), "f1");
}

TEST_F(Writer, a_copied_event_is_the_same_event) {
  begin_with_message();
  writer_.set_text("kind", "k");
  writer_.set_text("timestamp", "2026-01-31T12:00:00Z");
  ASSERT_TRUE(writer_.set_flattened("", R"({"\u00e4":[1,"x"],"n":1.0,"s":"\/"})").ok());
  const std::string first = finished();
  writer_.begin();
  EventBatch other;
  other.append(batch_[0]);
  writer_.set_all(other[0]);
  EXPECT_TRUE(writer_.has("ä"));
  EXPECT_EQ(finished(), first);
}

TEST_F(Writer, abandoned_events_leave_no_trace) {
  begin_with_message();
  writer_.set_text("a", "1");
  writer_.abandon();
  EXPECT_TRUE(batch_.empty());
  begin_with_message();
  EXPECT_EQ(fields(), R"({"message":"m"})");
}

}  // namespace
}  // namespace tt::event
