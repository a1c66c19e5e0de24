// Tests of redis/replies: each error says whether to wait, to mend, or to give the event up.
// SPDX-License-Identifier: Apache-2.0
#include "redis/replies.h"

#include <gtest/gtest.h>

#include <string>

#include "redis/client.h"

namespace tt::broker::redis::test {
namespace {

/// A reply as hiredis reads it from the bytes of a server.
Reply reply_of(std::string_view bytes) {
  redisReader* reader = redisReaderCreate();
  redisReaderFeed(reader, bytes.data(), bytes.size());
  void* reply = nullptr;
  redisReaderGetReply(reader, &reply);
  redisReaderFree(reader);
  return Reply(static_cast<redisReply*>(reply));
}

TEST(RedisReplies, errors_by_what_to_do_next) {
  struct Row {
    const char* text;
    Code code;
  };
  constexpr Row kRows[] = {
      {"NOAUTH Authentication required.", Code::kMisconfigured},
      {"WRONGPASS invalid username-password pair or user is disabled.", Code::kMisconfigured},
      {"DENIED Redis is running in protected mode", Code::kMisconfigured},
      {"MOVED 3999 127.0.0.1:6381", Code::kMisconfigured},
      {"NOPERM this user has no permissions to run the 'rpush' command", Code::kMisconfigured},
      {"NOPERM this user has no permissions to access one of the keys used as arguments",
       Code::kReject},
      {"NOPERM this user has no permissions to access one of the channels used as arguments",
       Code::kReject},
      {"WRONGTYPE Operation against a key holding the wrong kind of value", Code::kReject},
      {"ASK 3999 127.0.0.1:6381", Code::kRetry},
      {"READONLY You can't write against a read only replica.", Code::kRetry},
      {"OOM command not allowed when used memory > 'maxmemory'.", Code::kRetry},
      {"MISCONF Redis is configured to save RDB snapshots", Code::kRetry},
      {"LOADING Redis is loading the dataset in memory", Code::kRetry},
      {"BUSY Redis is busy running a script.", Code::kRetry},
      {"CLUSTERDOWN The cluster is down", Code::kRetry},
      {"NOREPLICAS Not enough good replicas to write.", Code::kRetry},
      {"ERR unknown command 'XADD', with args beginning with: ", Code::kMisconfigured},
      {"ERR AUTH <password> called without any password configured for the default user.",
       Code::kMisconfigured},
      {"ERR DB index is out of range", Code::kMisconfigured},
      {"ERR max number of clients reached", Code::kRetry},
      {"ERR string exceeds maximum allowed size (proto-max-bulk-len)", Code::kReject},
      {"ERR Protocol error: invalid bulk length", Code::kReject},
      {"ERR upstream failure", Code::kRetry},  // A proxy's.
      {"", Code::kRetry},
  };
  for (const Row& row : kRows) {
    const Error error = error_of(row.text);
    EXPECT_EQ(error.code, row.code) << row.text;
    EXPECT_NE(error.text.find(row.text), std::string::npos);
  }
}

TEST(RedisReplies, a_reply_is_a_verdict) {
  EXPECT_EQ(verdict_of(*reply_of(":3\r\n")).kind, portals::VerdictKind::kDelivered);
  EXPECT_EQ(verdict_of(*reply_of(":0\r\n")).kind, portals::VerdictKind::kDelivered);
  const auto added = verdict_of(*reply_of("$15\r\n1526919030474-5\r\n"));
  EXPECT_EQ(added.kind, portals::VerdictKind::kDelivered);
  EXPECT_EQ(added.reference, "1526919030474-5");
  EXPECT_EQ(verdict_of(*reply_of("$-1\r\n")).kind, portals::VerdictKind::kRetry);
  EXPECT_EQ(verdict_of(*reply_of("-WRONGTYPE no\r\n")).kind, portals::VerdictKind::kRejected);
}

TEST(RedisReplies, a_replica_is_left_and_a_full_master_is_not) {
  EXPECT_TRUE(is_of_wrong_server("READONLY You can't write against a read only replica."));
  EXPECT_TRUE(is_of_wrong_server("MOVED 1 h:1"));
  EXPECT_FALSE(is_of_wrong_server("OOM command not allowed"));
}

}  // namespace
}  // namespace tt::broker::redis::test
