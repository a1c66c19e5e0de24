// The options that exit and entry share: which servers, and as whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "tt_plugin.hpp"

namespace tt::broker::nats {

struct ServerOptions {
  std::vector<std::string> servers;
  std::string user;
  Secret password;
  Secret token;
  std::string credentials_file;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  int reply_seconds = 5;
};

template <class C>
constexpr auto server_fields() {
  using config::field;
  using std::string;
  return std::tuple{
      field<C, std::vector<string>>(
          "servers", &C::servers,
          "Servers of one cluster: `nats://host:port`, or `tls://host:port`.")
          .required()
          .not_empty()
          .example("nats://127.0.0.1:4222"),
      field<C, string>("user", &C::user, "User name."),
      field<C, Secret>("password", &C::password, "Password of the user."),
      field<C, Secret>("token", &C::token, "Instead of user and password."),
      field<C, string>("credentials_file", &C::credentials_file,
                       "Instead: path of a `.creds` file with JWT and seed."),
      field<C, string>("tls_ca", &C::tls_ca,
                       "File with the certificates that servers are checked against. Empty: those "
                       "of the system."),
      field<C, string>("tls_cert", &C::tls_cert, "File with a client certificate."),
      field<C, string>("tls_key", &C::tls_key, "File with its key."),
      field<C, int>(
          "reply_seconds", &C::reply_seconds,
          "How long the servers may take to connect and to answer. Of an exit: to take a whole "
          "batch; must be below its `timeout`. Default 5.")
          .minimum(1)
          .maximum(300),
  };
}

/// The longest that one write may wait for the server, as a part of `reply_seconds`: the library
/// gives each write its own time, and would wait for ever without.
constexpr std::int64_t write_ms(const ServerOptions& options) {
  return 1000LL * options.reply_seconds / 4;
}

/// Rules across options.
Status check_servers(const ServerOptions& options);

}  // namespace tt::broker::nats
