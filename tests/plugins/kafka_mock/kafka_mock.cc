// Kafka without a Kafka: runs librdkafka's mock cluster until its standard input ends.
// SPDX-License-Identifier: Apache-2.0
// Prints the brokers' addresses. Lines of standard input: `produce TOPIC KEY VALUE` (key - is
// none), `consume TOPIC COUNT` (from the beginning; one line each: partition, offset, key, value),
// `error API CODE COUNT` (the next answers), `clear API` (no more of them), `down` and `up` (the
// only broker). Each is answered by a last line `ok` or `failed WHY`.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

void silent(const rd_kafka_t*, int, const char*, const char*) {}

rd_kafka_t* client(rd_kafka_type_t type, const std::string& brokers) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, silent);
  if (!brokers.empty())
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), why, sizeof why);
  if (type == RD_KAFKA_CONSUMER) {
    rd_kafka_conf_set(conf, "group.id", "reader", why, sizeof why);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", why, sizeof why);
    rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", why, sizeof why);
  }
  return rd_kafka_new(type, conf, why, sizeof why);
}

std::string produce(const std::string& brokers, std::istringstream& line) {
  std::string topic, key, value;
  line >> topic >> key;
  std::getline(line >> std::ws, value);
  rd_kafka_t* producer = client(RD_KAFKA_PRODUCER, brokers);
  rd_kafka_topic_t* to = rd_kafka_topic_new(producer, topic.c_str(), nullptr);
  const bool has_key = key != "-";
  const int sent =
      rd_kafka_produce(to, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                       has_key ? key.data() : nullptr, has_key ? key.size() : 0, nullptr);
  const auto flushed = rd_kafka_flush(producer, 10'000);
  rd_kafka_topic_destroy(to);
  rd_kafka_destroy(producer);
  return sent == 0 && flushed == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : "not produced";
}

std::string consume(const std::string& brokers, std::istringstream& line) {
  std::string topic;
  int count = 0;
  line >> topic >> count;
  rd_kafka_t* consumer = client(RD_KAFKA_CONSUMER, brokers);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(all, topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);
  rd_kafka_topic_partition_list_destroy(all);
  // The deadline only tells a hang.
  for (int idle = 0; count > 0 && idle < 100;) {
    rd_kafka_message_t* got = rd_kafka_consumer_poll(consumer, 200);
    if (got && got->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::printf(
          "%d %lld %s %.*s\n", got->partition, static_cast<long long>(got->offset),
          got->key_len ? std::string(static_cast<char*>(got->key), got->key_len).c_str() : "-",
          static_cast<int>(got->len), static_cast<char*>(got->payload));
      --count;
    } else {
      ++idle;
    }
    if (got) rd_kafka_message_destroy(got);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return count == 0 ? "" : "some are missing";
}

}  // namespace

int main(int argc, char** argv) {
  rd_kafka_t* owner = client(RD_KAFKA_PRODUCER, "");
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(owner, 1);
  for (int i = 1; i < argc; ++i) rd_kafka_mock_topic_create(cluster, argv[i], 1, 1);
  const std::string brokers = rd_kafka_mock_cluster_bootstraps(cluster);
  std::printf("%s\n", brokers.c_str());
  std::fflush(stdout);
  for (std::string text; std::getline(std::cin, text);) {
    std::istringstream line(text);
    std::string verb, why;
    line >> verb;
    if (verb == "produce") {
      why = produce(brokers, line);
    } else if (verb == "consume") {
      why = consume(brokers, line);
    } else if (verb == "error") {
      int api = 0, code = 0, count = 1;
      line >> api >> code >> count;
      const std::vector<rd_kafka_resp_err_t> errors(static_cast<std::size_t>(count),
                                                    static_cast<rd_kafka_resp_err_t>(code));
      rd_kafka_mock_push_request_errors_array(cluster, static_cast<std::int16_t>(api),
                                              errors.size(), errors.data());
    } else if (verb == "clear") {
      int api = 0;
      line >> api;
      rd_kafka_mock_clear_request_errors(cluster, static_cast<std::int16_t>(api));
    } else if (verb == "down") {
      rd_kafka_mock_broker_set_down(cluster, 1);
    } else if (verb == "up") {
      rd_kafka_mock_broker_set_up(cluster, 1);
    } else {
      why = "no such verb";
    }
    std::printf("%s\n", why.empty() ? "ok" : ("failed " + why).c_str());
    std::fflush(stdout);
  }
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(owner);
}
