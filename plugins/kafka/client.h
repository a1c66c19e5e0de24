// A client of librdkafka: made from options, silent, with the last thing that it complained of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <mutex>
#include <string>

#include "kafka/options.h"
#include "kit/free.h"

namespace tt::broker::kafka {

using Handle = std::unique_ptr<rd_kafka_t, Free<rd_kafka_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, Free<rd_kafka_message_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Free<rd_kafka_topic_partition_list_destroy>>;

class Client {
 public:
  using Property = std::pair<std::string, std::string>;
  using DeliveryReport = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

  /// Makes a producer (with `on_delivery`) or a consumer (without). Connects in the background.
  static Result<std::unique_ptr<Client>> make(const BrokerOptions& options,
                                              const std::vector<Property>& properties,
                                              DeliveryReport on_delivery);
  Client(const Client&) = delete;

  rd_kafka_t* get() const { return handle_.get(); }
  /// A complaint that no event can be blamed for (credentials, certificates), or no error.
  rd_kafka_resp_err_t complaint(std::string* text = nullptr) const;

 private:
  Client() = default;
  static void on_error(rd_kafka_t*, int code, const char* reason, void* self);

  mutable std::mutex mutex_;
  rd_kafka_resp_err_t complaint_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string complaint_text_;
  Handle handle_;  // Last: its threads end before the members they use.
};

/// What the properties of librdkafka are for these options.
std::vector<Client::Property> properties_of(const BrokerOptions& options);

/// kReject: this event. kMisconfigured: topic, rights, credentials. kRetry: what heals.
Error error_of(rd_kafka_resp_err_t code, std::string_view detail = {});

}  // namespace tt::broker::kafka
