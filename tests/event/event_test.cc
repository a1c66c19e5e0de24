// Fields of an event: lookup, unescaping, copying between batches, reading back.
// SPDX-License-Identifier: Apache-2.0
#include "event/event.h"

#include <gtest/gtest.h>

#include <string>

#include "event/writer.h"

namespace tt::event {
namespace {

EventBatch batch_of(std::string_view json) {
  EventBatch batch;
  const Status status = index_canonical(json, batch);
  EXPECT_TRUE(status.ok()) << json;
  return batch;
}

TEST(Event, every_type_is_indexed_with_its_json_text) {
  const auto batch = batch_of(
      R"({"s":"text","n":-1.50e+3,"t":true,"f":false,"z":null,"a":["x",1,null],"o":{},"e":[]})");
  const EventView event = batch[0];
  ASSERT_EQ(event.fields.size(), 8u);
  const auto type_of = [&](std::string_view name) { return event.find(name)->type; };
  EXPECT_EQ(type_of("s"), FieldType::kString);
  EXPECT_EQ(type_of("n"), FieldType::kNumber);
  EXPECT_EQ(type_of("t"), FieldType::kTrue);
  EXPECT_EQ(type_of("f"), FieldType::kFalse);
  EXPECT_EQ(type_of("z"), FieldType::kNull);
  EXPECT_EQ(type_of("a"), FieldType::kArray);
  EXPECT_EQ(type_of("o"), FieldType::kObject);
  EXPECT_EQ(type_of("e"), FieldType::kArray);
  EXPECT_EQ(event.raw_value(*event.find("s")), R"("text")");
  EXPECT_EQ(event.raw_value(*event.find("n")), "-1.50e+3");
  EXPECT_EQ(event.raw_value(*event.find("a")), R"(["x",1,null])");
  EXPECT_EQ(event.text(*event.find("a")), R"(["x",1,null])");
  EXPECT_EQ(event.text("s"), "text");
  EXPECT_EQ(event.text("n"), "");
  EXPECT_EQ(event.text("missing"), "");
  EXPECT_EQ(event.find("missing"), nullptr);
}

TEST(Event, escaped_names_are_found_by_what_they_mean) {
  const auto batch = batch_of(R"({"a\"b":"1","\u00e4":"2","plain":"3","":"4"})");
  const EventView event = batch[0];
  EXPECT_EQ(event.text("a\"b"), "1");
  EXPECT_EQ(event.text("ä"), "2");
  EXPECT_EQ(event.text("plain"), "3");
  EXPECT_EQ(event.text(""), "4");
  EXPECT_EQ(event.name(event.fields[0]), "a\"b");
  EXPECT_EQ(event.raw_name(event.fields[0]), "a\\\"b");
  EXPECT_EQ(event.name(event.fields[2]), "plain");
}

TEST(Event, strings_are_unescaped_and_half_a_pair_becomes_the_replacement) {
  const auto batch = batch_of(
      R"({"m":"q\" s\\ /\/ \b\f\n\r\t \u0041 \u00e4 \u20AC \ud83d\udd25","lone":"<\ud83d>","nul":"\u0000"})");
  EXPECT_EQ(batch[0].text("m"), "q\" s\\ // \b\f\n\r\t A ä € 🔥");
  EXPECT_EQ(batch[0].text("lone"), "<\xEF\xBF\xBD>");
  EXPECT_EQ(batch[0].text("nul"), std::string(1, '\0'));
}

TEST(Event, batches_keep_events_apart_and_copies_stand_alone) {
  EventBatch copy;
  {
    EventBatch batch;
    ASSERT_TRUE(index_canonical(R"({"a":"1"})", batch).ok());
    ASSERT_TRUE(index_canonical("{}", batch).ok());
    ASSERT_TRUE(index_canonical(R"({"b":"2","c":3})", batch).ok());
    ASSERT_EQ(batch.size(), 3u);
    EXPECT_EQ(batch[1].json, "{}");
    EXPECT_TRUE(batch[1].fields.empty());
    EXPECT_EQ(batch[2].text("b"), "2");
    copy.append(batch[2]);
    copy.append(batch[0]);
  }
  ASSERT_EQ(copy.size(), 2u);
  EXPECT_EQ(copy[0].json, R"({"b":"2","c":3})");
  EXPECT_EQ(copy[0].text("b"), "2");
  EXPECT_EQ(copy[1].text("a"), "1");
}

TEST(Index, what_is_not_a_flat_object_is_corrupt_and_leaves_the_batch_alone) {
  EventBatch batch;
  ASSERT_TRUE(index_canonical(R"({"a":1})", batch).ok());
  for (const std::string_view json : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[]",
                                      "1",
                                      R"("a")",
                                      R"({"a")",
                                      R"({"a":)",
                                      R"({"a":1)",
                                      R"({"a":1,)",
                                      R"({"a":1,})",
                                      R"({"a":1}})",
                                      R"({"a":1} )",
                                      R"({"a" :1})",
                                      R"({"a": 1})",
                                      R"({a:1})",
                                      R"({"a":"})",
                                      R"({"a":"\)",
                                      R"({"a":"\"})",
                                      R"({"a":{"b":1}})",
                                      R"({"a":[[]]})",
                                      R"({"a":[{}]})",
                                      R"({"a":[1)",
                                      R"({"a":[1,]})",
                                      R"({"a":[)",
                                      R"({"a":["x)",
                                      R"({"a":01})",
                                      R"({"a":tru})",
                                      R"({"a":truee})",
                                      R"({"a":})",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\n\":1}",
                                      R"({"a":1;"b":2})",
                                      R"({,"a":1})",
                                      R"({"a":{})",
                                      R"({"a":{ }})"}) {
    const Status status = index_canonical(json, batch);
    ASSERT_FALSE(status.ok()) << json;
    EXPECT_EQ(status.error().code, Code::kCorrupt) << json;
    EXPECT_EQ(batch.size(), 1u);
    EXPECT_EQ(batch.text_bytes(), 7u);
  }
  EXPECT_EQ(batch[0].json, R"({"a":1})");
}

TEST(Index, a_name_longer_than_its_field_can_say_is_corrupt) {
  EventBatch batch;
  EXPECT_TRUE(index_canonical("{\"" + std::string(65535, 'n') + "\":1}", batch).ok());
  EXPECT_FALSE(index_canonical("{\"" + std::string(65536, 'n') + "\":1}", batch).ok());
}

TEST(Index, quotes_and_escapes_are_found_at_every_distance) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string filler(length, 'x');
    const std::string json = "{\"m\":\"" + filler + "\\\"y\",\"n\":\"" + filler + "\"}";
    EventBatch batch;
    ASSERT_TRUE(index_canonical(json, batch).ok()) << length;
    EXPECT_EQ(batch[0].text("m"), filler + "\"y");
    EXPECT_EQ(batch[0].text("n"), filler);
    EXPECT_FALSE(batch[0].find("n")->value_is_escaped);
  }
}

}  // namespace
}  // namespace tt::event
