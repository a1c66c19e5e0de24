// Tests of redis/commands: an event is one command, whatever is in it.
// SPDX-License-Identifier: Apache-2.0
#include "redis/commands.h"

#include <gtest/gtest.h>

#include "plugins/kit/fake_host.h"

namespace tt::broker::redis::test {
namespace {

class RedisCommands : public ::testing::Test {
 protected:
  RedisCommands() {
    options_.address = "tcp://127.0.0.1:6379";
    options_.key = tmpl::Template("key");
    host_.options["key"] = "events:web";
  }
  Result<Command> command(const std::string& json) {
    const broker::test::FakeHost::Batch batch(host_, {json});
    const sdk::Events events(&host_.table, batch.events(), batch.size());
    return command_of(options_, events.list()[0]);
  }

  broker::test::FakeHost host_;
  ExitOptions options_;
};

TEST_F(RedisCommands, of_lists_and_channels) {
  EXPECT_EQ(*command("{\"message\":\"m\"}"),
            (Command{"RPUSH", "events:web", "{\"message\":\"m\"}"}));
  options_.into = Shape::kChannel;
  EXPECT_EQ(*command("{}"), (Command{"PUBLISH", "events:web", "{}"}));
}

TEST_F(RedisCommands, of_streams_keep_about_so_many_entries) {
  options_.into = Shape::kStream;
  EXPECT_EQ(*command("{\"n\":1}"),
            (Command{"XADD", "events:web", "*", "id", "log-1", "event", "{\"n\":1}"}));
  options_.max_length = 1000;
  EXPECT_EQ(*command("{}"), (Command{"XADD", "events:web", "MAXLEN", "~", "1000", "*", "id",
                                     "log-1", "event", "{}"}));
}

TEST_F(RedisCommands, of_streams_with_fields) {
  options_.into = Shape::kStream;
  options_.as_fields = true;
  EXPECT_EQ(*command(R"({"message":"a\nb","n":1.50,"l":[1,"x"],"q\"":null})"),
            (Command{"XADD", "events:web", "*", "id", "log-1", "message", "a\nb", "n", "1.50", "l",
                     "[1,\"x\"]", "q\"", "null"}));
}

TEST_F(RedisCommands, hostile_events_stay_one_argument) {
  const std::string hostile = "{\"message\":\"\\r\\nFLUSHALL\\r\\n\"}";
  EXPECT_EQ((*command(hostile))[2], hostile);
  host_.options["key"] = "a\r\nFLUSHALL";
  EXPECT_EQ((*command("{}"))[1], "a\r\nFLUSHALL");
}

TEST_F(RedisCommands, a_key_that_failed_or_is_empty_is_a_dead_letter) {
  host_.options["key"] = "";
  EXPECT_EQ(command("{}").error().code, Code::kReject);
  host_.options.clear();
  EXPECT_EQ(command("{}").error().code, Code::kReject);
}

TEST_F(RedisCommands, options_that_do_not_fit_are_told) {
  EXPECT_TRUE(ExitOptions::check(options_).ok());
  options_.max_length = 5;
  EXPECT_FALSE(ExitOptions::check(options_).ok());
  options_.into = Shape::kStream;
  EXPECT_TRUE(ExitOptions::check(options_).ok());
}

TEST(RedisAddress, forms) {
  EXPECT_EQ(read_address("tcp://redis.example.com")->port, 6379);
  EXPECT_EQ(read_address("tcp://[::1]:7000")->host, "::1");
  EXPECT_EQ(read_address("tcp://[::1]:7000")->port, 7000);
  EXPECT_EQ(read_address("tcp://[::1]")->host, "::1");
  EXPECT_EQ(read_address("unix:/run/redis.sock")->path, "/run/redis.sock");
  for (const char* wrong :
       {"", "redis", "127.0.0.1:6379", "tcp://", "tcp://h:0", "tcp://h:x", "tcp://h:70000",
        "tcp://u:p@h:1", "tcp://h:1/2", "unix:relative", "tls://h:1", "rediss://h:1", "tcp://h:"})
    EXPECT_FALSE(read_address(wrong).ok()) << wrong;
}

TEST(RedisAddress, nobody_there_is_a_retry) {
  ServerOptions options;
  options.address = "unix:/nowhere/redis.sock";
  options.password = Secret("s3cret");
  const auto client = Client::connect(options, Deadline(std::chrono::seconds(5)));
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code, Code::kRetry);
  EXPECT_EQ(client.error().text.find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace tt::broker::redis::test
