// Properties: https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md.
// SPDX-License-Identifier: Apache-2.0
#include "kafka/client.h"

#include <array>

namespace tt::broker::kafka {
namespace {

// What the promises of this plugin rest on, and what has an option.
constexpr std::array<std::string_view, 27> kOurs{"acks",
                                                 "request.required.acks",
                                                 "enable.idempotence",
                                                 "message.timeout.ms",
                                                 "delivery.timeout.ms",
                                                 "enable.auto.commit",
                                                 "enable.auto.offset.store",
                                                 "group.id",
                                                 "auto.offset.reset",
                                                 "bootstrap.servers",
                                                 "metadata.broker.list",
                                                 "security.protocol",
                                                 "sasl.mechanism",
                                                 "sasl.mechanisms",
                                                 "sasl.username",
                                                 "sasl.password",
                                                 "ssl.ca.location",
                                                 "ssl.certificate.location",
                                                 "ssl.key.location",
                                                 "plugin.library.paths",
                                                 "transactional.id",
                                                 "delivery.report.only.error",
                                                 "retries",
                                                 "message.send.max.retries",
                                                 "auto.commit.enable",
                                                 "max.in.flight",
                                                 "max.in.flight.requests.per.connection"};

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) (text += text.empty() ? "" : ",") += one;
  return text;
}

bool uses_sasl(Security security) {
  return security == Security::kSaslPlaintext || security == Security::kSaslTls;
}

// Without it librdkafka prints to the daemon's standard error.
void on_log(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

Status check_brokers(const BrokerOptions& options) {
  if (uses_sasl(options.security) && (options.user.empty() || options.password.empty()))
    return misconfigured("`user` or `password` is missing: SASL asks for both");
  if (!uses_sasl(options.security) && !options.user.empty())
    return misconfigured("`user` is for `security: sasl_tls` or `sasl_plaintext`");
  if (options.tls_cert.empty() != options.tls_key.empty())
    return misconfigured("`tls_cert` and `tls_key` belong together");
  for (const auto& [name, value] : options.properties)
    for (const std::string_view ours : kOurs)
      if (name == ours)
        return misconfigured("`properties`: " + name +
                             " is not yours to set: an option, or a "
                             "promise of this portal, decides it");
  return {};
}

std::vector<Client::Property> properties_of(const BrokerOptions& options) {
  constexpr std::array<const char*, 4> kSecurity{"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};
  std::vector<Client::Property> all{
      {"bootstrap.servers", joined(options.brokers)},
      {"client.id", "time-tunnel"},
      {"security.protocol", kSecurity[static_cast<std::size_t>(options.security)]}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) all.emplace_back(name, value);
  };
  if (uses_sasl(options.security)) {
    const auto mechanism = static_cast<std::size_t>(options.mechanism);
    add("sasl.mechanisms", std::string(config::EnumWords<Mechanism>::words[mechanism].word));
    add("sasl.username", options.user);
    add("sasl.password", options.password.reveal());
  }
  add("ssl.ca.location", options.tls_ca);
  add("ssl.certificate.location", options.tls_cert);
  add("ssl.key.location", options.tls_key);
  all.insert(all.end(), options.properties.begin(), options.properties.end());
  return all;
}

Result<std::unique_ptr<Client>> Client::make(const BrokerOptions& options,
                                             const std::vector<Property>& properties,
                                             DeliveryReport on_delivery) {
  std::array<char, 512> why{};
  std::unique_ptr<rd_kafka_conf_t, Free<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
  std::vector<Property> all = properties_of(options);
  all.insert(all.end(), properties.begin(), properties.end());
  for (const auto& [name, value] : all)
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK)
      return misconfigured("kafka: " + std::string(why.data()));
  std::unique_ptr<Client> client(new Client());
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), &Client::on_error);
  if (on_delivery) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  rd_kafka_t* made = rd_kafka_new(on_delivery ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(),
                                  why.data(), why.size());
  if (!made) return misconfigured("kafka: " + std::string(why.data()));
  (void)conf.release();  // It belongs to the client now.
  client->handle_.reset(made);
  return client;
}

void Client::on_error(rd_kafka_t*, int code, const char* reason, void* self) {
  auto& client = *static_cast<Client*>(self);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error_of(error).code != Code::kMisconfigured) return;
  const std::lock_guard lock(client.mutex_);
  client.complaint_ = error;
  client.complaint_text_ = reason ? reason : "";
}

rd_kafka_resp_err_t Client::complaint(std::string* text) const {
  const std::lock_guard lock(mutex_);
  if (text) *text = complaint_text_;
  return complaint_;
}

Error error_of(rd_kafka_resp_err_t code, std::string_view detail) {
  std::string text = "kafka: " + std::string(rd_kafka_err2str(code));
  if (!detail.empty()) (text += ": ") += detail;
  switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      return reject(std::move(text));
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
      return misconfigured(std::move(text));
    default:
      return retry(std::move(text));
  }
}

}  // namespace tt::broker::kafka
