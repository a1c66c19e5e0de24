// Tests of redis/entry: entries of streams, as the bytes of a server, become messages.
// SPDX-License-Identifier: Apache-2.0
#include "redis/entry.h"

#include <gtest/gtest.h>

namespace tt::broker::redis::test {
namespace {

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
StreamEntry entry_of(const std::string& bytes) {
  redisReader* reader = redisReaderCreate();
  redisReaderFeed(reader, bytes.data(), bytes.size());
  void* reply = nullptr;
  redisReaderGetReply(reader, &reply);
  redisReaderFree(reader);
  const Reply owned(static_cast<redisReply*>(reply));
  return read_entry(*owned, "events");
}
StreamEntry entry_with(const std::vector<std::string>& fields) {
  std::string bytes =
      "*2\r\n" + bulk("1400000000123-7") + "*" + std::to_string(fields.size()) + "\r\n";
  for (const std::string& field : fields) bytes += bulk(field);
  return entry_of(bytes);
}
std::string fact(const Message& message, std::string_view name) {
  for (const Fact& one : message.facts)
    if (one.name == name) return one.json;
  return "(none)";
}

TEST(RedisEntry, of_our_exit_holds_the_event_and_its_id) {
  const StreamEntry entry = entry_with({"id", "log-1", "event", "{\"message\":\"m\"}"});
  EXPECT_EQ(entry.id, "1400000000123-7");
  EXPECT_TRUE(entry.is_there);
  EXPECT_EQ(entry.message.body, "{\"message\":\"m\"}");
  EXPECT_EQ(entry.message.time_ms, 1'400'000'000'123);
  EXPECT_EQ(fact(entry.message, "redis.id"), "\"1400000000123-7\"");
  EXPECT_EQ(fact(entry.message, "redis.key"), "\"events\"");
  EXPECT_EQ(fact(entry.message, "redis.fields.id"), "\"log-1\"");
}

TEST(RedisEntry, with_one_field_is_that_field) {
  EXPECT_EQ(entry_with({"anything", "plain text"}).message.body, "plain text");
}

TEST(RedisEntry, with_others_is_their_map) {
  const StreamEntry entry = entry_with({"message", "m", "n\"",
                                        "\xFF"
                                        "1"});
  EXPECT_EQ(entry.message.body,
            "{\"message\":\"m\",\"n\\\"\":\"\xEF\xBF\xBD"
            "1\"}");
}

TEST(RedisEntry, that_was_deleted_is_only_acknowledged) {
  const StreamEntry entry = entry_of("*2\r\n" + bulk("5-1") + "*-1\r\n");
  EXPECT_EQ(entry.id, "5-1");
  EXPECT_FALSE(entry.is_there);
  EXPECT_TRUE(entry_of("$-1\r\n").id.empty());
}

TEST(RedisEntry, each_reader_has_a_list_of_its_own) {
  EntryOptions options;
  options.key = "logs";
  options.consumer = "b";
  EXPECT_EQ(processing_key(options), "logs:processing:b");
}

}  // namespace
}  // namespace tt::broker::redis::test
