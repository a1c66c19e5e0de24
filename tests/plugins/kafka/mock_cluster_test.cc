// Both portals of kafka on librdkafka's mock cluster, through their tables as the host calls them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// Behind the one above.
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <memory>
#include <thread>

#include "kafka/client.h"
#include "kafka/portals.h"
#include "plugins/kit/fake_host.h"

namespace tt::broker::kafka::test {
namespace {

using broker::test::FakeHost;

// https://kafka.apache.org/protocol#protocol_api_keys
constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kOffsetCommit = 8;

class MockCluster : public ::testing::Test {
 protected:
  MockCluster() {
    char why[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    owner_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why));
    cluster_ = rd_kafka_mock_cluster_new(owner_.get(), 1);
    rd_kafka_mock_topic_create(cluster_, "events", 1, 1);
    brokers_ = rd_kafka_mock_cluster_bootstraps(cluster_);
    host_.options["key"] = "web1";
  }
  ~MockCluster() override { rd_kafka_mock_cluster_destroy(cluster_); }

  /// The next answers to requests of that kind.
  void answer(std::int16_t request, std::vector<rd_kafka_resp_err_t> errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }
  void* create(const tt_portal* table, const std::string& options) {
    char buffer[512];
    tt_text error{buffer, sizeof buffer, 0};
    void* self = nullptr;
    const std::string config = "{\"brokers\":[\"" + brokers_ + "\"]," + options + "}";
    EXPECT_EQ(table->create(&host_.table, sdk::str_of(config), &self, &error), TT_OK)
        << std::string(buffer, error.size);
    return self;
  }
  FakeHost::Batch deliver(const std::vector<std::string>& events) {
    if (!exit_) exit_ = create(exit_table_, R"("topic":"events","key":"k","reply_seconds":20)");
    FakeHost::Batch batch(host_, events);
    exit_table_->deliver(exit_, batch.events(), batch.size(), batch.results());
    return batch;
  }
  void TearDown() override {
    if (exit_) exit_table_->destroy(exit_);
  }
  /// Runs the entry until so many events are stored; gives them.
  std::vector<std::string> take(std::size_t count) {
    FakeHost host;
    static const tt_portal* const table = entry_portal().table;
    char buffer[512];
    tt_text error{buffer, sizeof buffer, 0};
    void* self = nullptr;
    // The mock lets a group that somebody left wait for its session's timeout.
    const std::string config =
        "{\"brokers\":[\"" + brokers_ +
        R"("],"topics":["events"],"properties":{"session.timeout.ms":"5000"}})";
    EXPECT_EQ(table->create(&host.table, sdk::str_of(config), &self, &error), TT_OK);
    std::thread runs([&] { (void)table->run(self, &error); });
    EXPECT_TRUE(host.wait_stored(count));
    host.stop();
    runs.join();
    table->destroy(self);
    return host.stored();
  }

  std::unique_ptr<rd_kafka_t, Free<rd_kafka_destroy>> owner_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  std::string brokers_;
  FakeHost host_;
  inline static const tt_portal* const exit_table_ = exit_portal().table;  // Lives on, as it does.
  void* exit_ = nullptr;
};

TEST_F(MockCluster, events_are_delivered_and_named_by_partition_and_offset) {
  const auto batch = deliver({R"({"message":"a"})", R"({"message":"b"})"});
  EXPECT_EQ(batch.code(0), TT_OK) << batch.text(0);
  EXPECT_EQ(batch.text(0), "0:0");
  EXPECT_EQ(batch.text(1), "0:1");
}

TEST_F(MockCluster, what_heals_is_mended_by_the_library_itself) {
  answer(kProduce,
         {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  const auto batch = deliver({R"({"message":"a"})"});
  EXPECT_EQ(batch.code(0), TT_OK) << batch.text(0);
}

TEST_F(MockCluster, an_event_that_is_too_large_is_a_dead_letter_and_the_next_one_is_not) {
  const auto batch =
      deliver({"{\"message\":\"" + std::string(2'000'000, 'x') + "\"}", R"({"message":"b"})"});
  EXPECT_EQ(batch.code(0), TT_REJECT) << batch.text(0);
  EXPECT_EQ(batch.code(1), TT_OK) << batch.text(1);
}

TEST_F(MockCluster, without_rights_the_exit_waits_to_be_mended) {
  answer(kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto batch = deliver({R"({"message":"a"})"});
  EXPECT_EQ(batch.code(0), TT_MISCONFIGURED) << batch.text(0);
  EXPECT_EQ(deliver({R"({"message":"a"})"}).code(0), TT_OK);
}

TEST_F(MockCluster, a_cluster_that_is_away_is_waited_for_no_longer_than_reply_seconds) {
  rd_kafka_mock_broker_set_down(cluster_, 1);
  exit_ = create(exit_table_, R"("topic":"events","reply_seconds":1)");
  for (int i = 0; i < 2; ++i) {  // The second one has another producer.
    const auto batch = deliver({R"({"message":"a"})", R"({"message":"b"})"});
    for (const std::size_t each : {0, 1}) {
      EXPECT_EQ(batch.code(each), TT_RETRY) << batch.text(each);
      EXPECT_EQ(batch.text(each), "kafka: no acknowledgement within `reply_seconds`");
    }
  }
  rd_kafka_mock_broker_set_up(cluster_, 1);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (deliver({R"({"message":"c"})"}).code(0) != TT_OK)
    ASSERT_LT(std::chrono::steady_clock::now(), until);
}

TEST_F(MockCluster, an_entry_stores_what_an_exit_produced_and_whatever_else_is_there) {
  EXPECT_EQ(deliver({R"({"message":"a","n":1})", "\xFFpoison{"}).code(1), TT_OK);
  const auto stored = take(2);
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_NE(stored[0].find("\"n\":1"), std::string::npos);
  EXPECT_NE(stored[0].find("\"kafka.offset\":0"), std::string::npos);
  EXPECT_NE(stored[0].find("\"kafka.key\":\"web1\""), std::string::npos);
  EXPECT_NE(stored[1].find("poison"), std::string::npos);
  EXPECT_NE(stored[1].find("\"kafka.offset\":1"), std::string::npos);
}

TEST_F(MockCluster, what_is_committed_does_not_come_again) {
  deliver({R"({"message":"a"})"});
  EXPECT_EQ(take(1).size(), 1u);
  deliver({R"({"message":"b"})"});
  const auto stored = take(1);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_NE(stored[0].find("\"b\""), std::string::npos);
}

TEST_F(MockCluster, what_could_not_be_committed_comes_again) {
  deliver({R"({"message":"a"})"});
  answer(kOffsetCommit,
         {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
          RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS});
  EXPECT_EQ(take(1).size(), 1u);
  const auto again = take(1);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(again[0].find("\"kafka.offset\":0"), std::string::npos);
}

}  // namespace
}  // namespace tt::broker::kafka::test
