// Entry portal: events from topics of Kafka, whose offsets are committed when they are stored.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kafka/client.h"
#include "kafka/portals.h"
#include "kit/intake.h"
#include "kit/text.h"

namespace tt::broker::kafka {
namespace {

// What a stop may have to wait.
constexpr int kWaitMs = 300;

struct Config : BrokerOptions {
  std::vector<std::string> topics;
  std::string group = "time-tunnel";
  bool old_messages = true;
  int fetch = 500;

  static constexpr auto fields() {
    return std::tuple_cat(
        broker_fields<Config>(),
        std::tuple{
            config::field("topics", &Config::topics,
                          "What is taken; a name that begins with ^ is a regular expression.")
                .required()
                .not_empty()
                .example("events"),
            config::field("group", &Config::group,
                          "Consumer group: its members share the partitions. Default time-tunnel.")
                .not_empty(),
            config::field("old_messages", &Config::old_messages,
                          "A new group begins with what is there already. Default true; false: "
                          "with what comes from now on."),
            config::field("fetch", &Config::fetch,
                          "How many messages are stored at once. Default 500.")
                .minimum(1)
                .maximum(10'000),
        });
  }
  static Status check(const Config& config) { return check_brokers(config); }
};

Message message_of(const rd_kafka_message_t& from) {
  Message message{.body = std::string(static_cast<const char*>(from.payload), from.len)};
  message.facts = {
      {"kafka.topic", json_string(mend_utf8(rd_kafka_topic_name(from.rkt)))},
      {"kafka.partition", std::to_string(from.partition)},
      {"kafka.offset", std::to_string(from.offset)},
  };
  if (from.key_len > 0)
    message.facts.push_back(
        {"kafka.key", json_string(mend_utf8({static_cast<const char*>(from.key), from.key_len}))});
  rd_kafka_timestamp_type_t type{};
  message.time_ms = std::max<std::int64_t>(0, rd_kafka_message_timestamp(&from, &type));
  return message;
}

/// The offset behind the last message of each partition.
Partitions offsets_behind(const std::vector<KafkaMessage>& messages) {
  Partitions list(rd_kafka_topic_partition_list_new(1));
  for (const KafkaMessage& message : messages) {
    const char* topic = rd_kafka_topic_name(message->rkt);
    rd_kafka_topic_partition_t* one =
        rd_kafka_topic_partition_list_find(list.get(), topic, message->partition);
    if (!one) one = rd_kafka_topic_partition_list_add(list.get(), topic, message->partition);
    one->offset = std::max(one->offset, message->offset + 1);
  }
  return list;
}

class Runner final : public portals::Runner {
 public:
  explicit Runner(const Config& config) : config_(config) {}

  Status run(const portals::Inbox& inbox) override {
    TT_TRY(client_,
           Client::make(config_,
                        {{"group.id", config_.group},
                         {"enable.auto.commit", "false"},
                         {"enable.auto.offset.store", "false"},
                         {"auto.offset.reset", config_.old_messages ? "earliest" : "latest"}},
                        nullptr));
    rd_kafka_poll_set_consumer(client_->get());
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    for (const std::string& topic : config_.topics)
      rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (const auto code = rd_kafka_subscribe(client_->get(), topics.get());
        code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return error_of(code);
    const Intake intake(inbox, "kafka");
    Status ended;
    while (ended.ok() && !inbox.is_stopping()) ended = step(intake);
    // So that another member gets the partitions at once.
    rd_kafka_consumer_close(client_->get());
    return ended;
  }

 private:
  Status step(const Intake& intake) {
    std::vector<KafkaMessage> messages;
    std::vector<Message> read;
    while (messages.size() < static_cast<std::size_t>(config_.fetch)) {
      KafkaMessage one(rd_kafka_consumer_poll(client_->get(), messages.empty() ? kWaitMs : 0));
      if (!one) break;
      if (one->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (const Status fault = judge(*one); !fault.ok()) return fault;
        continue;
      }
      read.push_back(message_of(*one));
      messages.push_back(std::move(one));
    }
    std::string text;
    if (const auto code = client_->complaint(&text); code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return error_of(code, text);
    if (messages.empty()) return {};
    TT_CHECK(intake.store_all(read));
    const Partitions offsets = offsets_behind(messages);
    const auto code = rd_kafka_commit(client_->get(), offsets.get(), /*async=*/0);
    // The group was shared out anew: who has the partition now reads these messages again.
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, "offsets are not committed");
    return {};
  }

  /// Errors that come in the place of messages; most of them heal by themselves.
  static Status judge(const rd_kafka_message_t& message) {
    const auto text = static_cast<const char*>(message.payload);
    Error error = error_of(message.err, text ? text : "");
    if (error.code == Code::kMisconfigured || message.err == RD_KAFKA_RESP_ERR__FATAL ||
        message.err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
      return error;
    return {};
  }

  const Config config_;
  std::unique_ptr<Client> client_;
};

std::unique_ptr<portals::Runner> make(const Config& config) {
  return std::make_unique<Runner>(config);
}

}  // namespace

portals::EntryDescriptor entry_portal() {
  return portals::run_entry(portals::RunEntry<Config>{
      .name = "kafka",
      .summary = "Takes events from topics of Kafka, as a member of a consumer group.",
      .security =
          "Whoever may produce to the topic can send any event: guard it with ACLs of the cluster.",
      .example = "type: kafka\nbrokers: [127.0.0.1:9092]\ntopics: [events]\n",
      .make = make});
}

}  // namespace tt::broker::kafka
