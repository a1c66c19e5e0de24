// Tests of kafka/client: options become properties, errors become what to do next.
// SPDX-License-Identifier: Apache-2.0
#include "kafka/client.h"

#include <gtest/gtest.h>

namespace tt::broker::kafka::test {
namespace {

BrokerOptions options() {
  BrokerOptions made;
  made.brokers = {"a:9092", "b:9092"};
  return made;
}
std::string property(const BrokerOptions& from, std::string_view name) {
  for (const auto& [key, value] : properties_of(from))
    if (key == name) return value;
  return "(none)";
}

TEST(KafkaClient, options_become_properties) {
  BrokerOptions made = options();
  EXPECT_EQ(property(made, "bootstrap.servers"), "a:9092,b:9092");
  EXPECT_EQ(property(made, "security.protocol"), "plaintext");
  EXPECT_EQ(property(made, "sasl.password"), "(none)");
  made.security = Security::kSaslTls;
  made.mechanism = Mechanism::kScram256;
  made.user = "u";
  made.password = Secret("p");
  made.properties = {{"compression.codec", "zstd"}};
  EXPECT_EQ(property(made, "security.protocol"), "sasl_ssl");
  EXPECT_EQ(property(made, "sasl.mechanisms"), "SCRAM-SHA-256");
  EXPECT_EQ(property(made, "sasl.password"), "p");
  EXPECT_EQ(property(made, "compression.codec"), "zstd");
}

TEST(KafkaClient, promises_cannot_be_configured_away) {
  for (const char* name : {"acks", "enable.idempotence", "enable.auto.commit", "sasl.password",
                           "plugin.library.paths", "delivery.report.only.error"}) {
    BrokerOptions wrong = options();
    wrong.properties = {{name, "0"}};
    EXPECT_FALSE(check_brokers(wrong).ok()) << name;
  }
  BrokerOptions sasl = options();
  sasl.security = Security::kSaslTls;
  EXPECT_FALSE(check_brokers(sasl).ok());
  EXPECT_TRUE(check_brokers(options()).ok());
}

TEST(KafkaClient, an_unknown_property_is_to_be_mended_and_shows_no_secret) {
  BrokerOptions wrong = options();
  wrong.security = Security::kSaslTls;
  wrong.user = "u";
  wrong.password = Secret("s3cret");
  wrong.properties = {{"no.such.property", "1"}};
  const auto made = Client::make(wrong, {}, nullptr);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kMisconfigured);
  EXPECT_EQ(made.error().text.find("s3cret"), std::string::npos);
}

TEST(KafkaClient, errors_by_what_to_do_next) {
  for (const auto code : {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_RECORD})
    EXPECT_EQ(error_of(code).code, Code::kReject);
  for (const auto code :
       {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED})
    EXPECT_EQ(error_of(code).code, Code::kMisconfigured);
  for (const auto code :
       {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR_UNKNOWN})
    EXPECT_EQ(error_of(code).code, Code::kRetry);
}

}  // namespace
}  // namespace tt::broker::kafka::test
