// The options that exit and entry share: which server, and as whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>

#include "tt_plugin.hpp"

namespace tt::broker::redis {

struct ServerOptions {
  std::string address;
  std::string user;
  Secret password;
  int database = 0;
  int reply_seconds = 5;
};

template <class C>
constexpr auto server_fields() {
  return std::tuple{
      config::field<C, std::string>(
          "address", &C::address,
          "`tcp://host:port`, or `unix:` and the path of a socket. Redis and what speaks its "
          "protocol (Valkey, KeyDB). TLS: a local stunnel, see the README.")
          .required()
          .example("tcp://127.0.0.1:6379"),
      config::field<C, std::string>("user", &C::user,
                                    "ACL user (Redis 6). Empty: the server's default user."),
      config::field<C, Secret>("password", &C::password, "Password of the user, or of the server."),
      config::field<C, int>("database", &C::database, "Number of the database. Default 0.")
          .minimum(0),
      config::field<C, int>(
          "reply_seconds", &C::reply_seconds,
          "How long the server may take to connect and to answer. Of an exit: to take a whole "
          "batch; must be below its `timeout`. Default 5.")
          .minimum(1)
          .maximum(300),
  };
}

/// What an address says.
struct Place {
  std::string host;  ///< Empty: `path` is a socket.
  int port = 6379;
  std::string path;
};

/// kMisconfigured when it is no address.
Result<Place> read_address(std::string_view address);

}  // namespace tt::broker::redis
