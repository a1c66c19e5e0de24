// Settings: one checked configuration, from files to portals and a ruleset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/diagnostic.h"
#include "config/node.h"
#include "net/http_server.h"
#include "portals/kit/entry.h"
#include "portals/kit/exit.h"
#include "rules/ruleset.h"

namespace tt::pipeline {

/// One file of a configuration.
struct ConfigText {
  std::string path, text;
};

/// Where a configuration comes from: files and folders in order, or the built-in default.
struct ConfigSource {
  std::vector<std::string> paths;        ///< Empty: the built-in default.
  std::vector<ConfigText> kept;          ///< Not empty: these instead, of a kept generation. Their
                                         ///< secrets are masked: it can judge events, not send.
  std::optional<std::string> listen;     ///< --listen
  std::optional<std::string> data;       ///< --data
  std::optional<std::string> log_level;  ///< --log-level
  bool secrets_are_errors = false;       ///< check --secrets
  std::string describe() const;          ///< "/etc/time-tunnel/vortex.yaml", "built-in default".
};

/// First of: `paths`, $VORTEX_CONFIG, ./vortex.yaml, /etc/time-tunnel/vortex.yaml, the default.
ConfigSource find_config(std::vector<std::string> paths);
/// The YAML of the built-in default: events API and all HTTP hook portals on loopback, archive
/// file.
std::string default_config();

/// A configured entry with what the rules layer does to its events before storing.
struct EntrySettings {
  std::string name;
  const portals::EntryDescriptor* type = nullptr;
  std::shared_ptr<const portals::EntryPortal> portal;
  std::shared_ptr<const rules::Rewrite> rewrite;              ///< Null: nothing to set or unset.
  std::shared_ptr<const tmpl::EventEnvironment> environment;  ///< Of its templates.
  std::vector<Secret> secrets;                                ///< All that stand in it.
  std::string fingerprint, as_shown;                          ///< As those of ExitSettings.
};

struct ExitSettings {
  std::string name;
  const portals::ExitDescriptor* type = nullptr;
  std::shared_ptr<const portals::ExitPortal> portal;
  std::shared_ptr<const rules::Rewrite> rewrite;
  std::string fingerprint;  ///< Equal texts: the same exit, its connections live on over a reload.
  std::string as_shown;     ///< The same with secrets masked: compares with a kept generation's.
};

struct ApiSettings {
  std::vector<net::ListenAddress> listen;  ///< Empty: the main listener.
  std::vector<portals::Auth> auth;
  std::vector<std::string> hosts;
};

struct Settings {
  ConfigSource source;
  std::vector<net::ListenAddress> listen;
  std::string data = "./data";
  std::int64_t keep_for_ns = 0;
  std::uint64_t keep_bytes = 0;
  std::uint64_t max_bytes = 0;  ///< 0: 80 % of the file system.
  std::optional<net::TlsFiles> tls;
  log::Level log_level = log::Level::kInfo;
  ApiSettings api;
  std::vector<EntrySettings> entries;
  std::vector<ExitSettings> exits;  ///< Same order as ruleset->exits().
  std::shared_ptr<const rules::Ruleset> ruleset;
  bool self_events = true;  ///< Whether the router writes events about itself.
  std::string lets;         ///< Fingerprint of `let`.
  std::string text;         ///< All files as read, secrets masked: what join_files() makes of them.

  const EntrySettings* find_entry(std::string_view name) const;
};

/// The place of the exit in `next` that goes on with the cursor of `exit`: the one of that name,
/// else the one whose `was` is that name. Nothing: the cursor is left as an orphan.
std::optional<std::size_t> find_successor(const Settings& next, std::string_view exit);

/// Reads and checks everything offline: no socket, no data directory. Null when `diagnostics` holds
/// an error; warnings may come with settings.
std::shared_ptr<const Settings> load_settings(const ConfigSource& source, config::Files& files,
                                              config::Diagnostics& diagnostics);

}  // namespace tt::pipeline
