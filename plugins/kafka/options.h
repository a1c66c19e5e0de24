// The options that exit and entry share: which brokers, and as whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tt_plugin.hpp"

namespace tt::broker::kafka {

enum class Security : std::uint8_t { kPlaintext, kTls, kSaslPlaintext, kSaslTls };
enum class Mechanism : std::uint8_t { kPlain, kScram256, kScram512 };

struct BrokerOptions {
  std::vector<std::string> brokers;
  Security security = Security::kPlaintext;
  Mechanism mechanism = Mechanism::kScram512;
  std::string user;
  Secret password;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::vector<std::pair<std::string, std::string>> properties;
};

template <class C>
constexpr auto broker_fields() {
  using config::field;
  using std::string;
  return std::tuple{
      field<C, std::vector<string>>("brokers", &C::brokers,
                                    "Some brokers of the cluster, `host:port`; the others are "
                                    "found through them.")
          .required()
          .not_empty()
          .example("127.0.0.1:9092"),
      field<C, Security>("security", &C::security,
                         "`plaintext` (the default), `tls`, or with SASL `sasl_plaintext`, "
                         "`sasl_tls`."),
      field<C, Mechanism>("mechanism", &C::mechanism,
                          "Of SASL: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512` (the default)."),
      field<C, string>("user", &C::user, "User of SASL."),
      field<C, Secret>("password", &C::password, "Password of the user."),
      field<C, string>("tls_ca", &C::tls_ca,
                       "File with the certificates that brokers are checked against. Empty: those "
                       "of the system."),
      field<C, string>("tls_cert", &C::tls_cert, "File with a client certificate."),
      field<C, string>("tls_key", &C::tls_key, "File with its key."),
      field<C, std::vector<std::pair<string, string>>>(
          "properties", &C::properties,
          "Further properties of librdkafka 2.0, but for those that this portal's promises need.")
          .example("{compression.codec: zstd}"),
  };
}

/// Rules across options; `properties` may not touch what delivery and durability rest on.
Status check_brokers(const BrokerOptions& options);

}  // namespace tt::broker::kafka

namespace tt::config {
template <>
struct EnumWords<broker::kafka::Security> {
  static constexpr EnumWord words[] = {
      {"plaintext", 0}, {"tls", 1}, {"sasl_plaintext", 2}, {"sasl_tls", 3}};
};
template <>
struct EnumWords<broker::kafka::Mechanism> {
  static constexpr EnumWord words[] = {{"PLAIN", 0}, {"SCRAM-SHA-256", 1}, {"SCRAM-SHA-512", 2}};
};
}  // namespace tt::config
