// TopConfig: the keys of the top level of a configuration file, as a field table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "config/field.h"
#include "portals/plugin/plugins.h"

namespace tt::pipeline {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

struct TunnelConfig {
  config::Duration keep_for = 7 * 24 * 3600 * kNsPerSec;
  config::ByteSize keep_bytes = std::uint64_t{10} << 30;
  std::optional<config::ByteSize> max_bytes;

  static constexpr auto fields() {
    return std::tuple{
        config::field("keep_for", &TunnelConfig::keep_for,
                      "Events that every exit is done with are kept this long, for search."),
        config::field("keep_bytes", &TunnelConfig::keep_bytes,
                      "And at most this much of them; whichever comes first."),
        config::field(
            "max_bytes", &TunnelConfig::max_bytes,
            "Size of the whole tunnel, undelivered events included: no exit holds back more.")
            .default_text("80 % of the file system"),
    };
  }
};

struct ApiConfig {
  std::vector<config::Located<std::string>> listen;
  config::Node auth;
  std::vector<std::string> hosts;

  static constexpr auto fields() {
    return std::tuple{
        config::field("listen", &ApiConfig::listen, "Addresses of the API alone.")
            .default_text("the main `listen`")
            .example("127.0.0.1:8421"),
        config::field("auth", &ApiConfig::auth,
                      "Who may use the API; needed when it listens beyond loopback.")
            .example("{bearer: {env: API_TOKEN}}"),
        config::field(
            "hosts", &ApiConfig::hosts,
            "Host names beside the listen addresses and `localhost` that requests may ask for.")
            .example("[events.example.com]"),
    };
  }
};

struct TlsConfig {
  config::Path cert, key, client_ca;

  static constexpr auto fields() {
    return std::tuple{
        config::field("cert", &TlsConfig::cert, "Certificate chain, PEM.").required(),
        config::field("key", &TlsConfig::key, "Private key, PEM.").required(),
        config::field("client_ca", &TlsConfig::client_ca,
                      "Authorities whose client certificates are asked for and verified, PEM."),
    };
  }
};

struct TopConfig {
  std::vector<config::Located<std::string>> listen{{"127.0.0.1:8420", {}}};
  config::Path data{"./data"};
  TunnelConfig tunnel;
  std::vector<portals::plugin::PluginSpec> plugins;
  config::Node let, entries, exits, rules, tests;
  ApiConfig api;
  std::optional<TlsConfig> tls;
  bool self = true;
  LogLevel log = LogLevel::kInfo;

  static constexpr auto fields() {
    return std::tuple{
        config::field("listen", &TopConfig::listen,
                      "Addresses for HTTP entries and the API: `host:port`, `tls://host:port`, "
                      "`unix:/path`; one or a list.")
            .example("[127.0.0.1:8420, tls://0.0.0.0:8443]"),
        config::field("data", &TopConfig::data, "Folder where the tunnel lives."),
        config::field("tunnel", &TopConfig::tunnel, "How much history is kept."),
        config::field("plugins", &TopConfig::plugins,
                      "Shared objects that bring further portals; named here only, never through "
                      "the API. They are trusted like the daemon itself.")
            .default_text("none")
            .example(
                "[{path: /usr/lib/time-tunnel/plugins/redis.so, sha256: 9f86d081884c7d65...}]"),
        config::field("let", &TopConfig::let,
                      "Named CEL expressions that conditions and templates may use.")
            .example("{paging: 'event.severity.atLeast(\"critical\")'}"),
        config::field("entries", &TopConfig::entries, "Entry portals by name."),
        config::field("exits", &TopConfig::exits, "Exit portals by name."),
        config::field("rules", &TopConfig::rules, "Which events go where, tried in order."),
        config::field(
            "tests", &TopConfig::tests,
            "Tests of these rules. The daemon does not look at them: `vortex test` does."),
        config::field("api", &TopConfig::api, "The HTTP API."),
        config::field("self", &TopConfig::self,
                      "Whether the router writes events about itself, under the entry name "
                      "`self`: exits down and up, dead letters, a full disk."),
        config::field("tls", &TopConfig::tls, "Certificates of the `tls://` listeners."),
        config::field("log", &TopConfig::log, "Lines below this level are not written."),
    };
  }
};

}  // namespace tt::pipeline

namespace tt::config {
template <>
struct EnumWords<pipeline::LogLevel> {
  static constexpr EnumWord words[] = {{"debug", 0}, {"info", 1}, {"warning", 2}, {"error", 3}};
};
}  // namespace tt::config
