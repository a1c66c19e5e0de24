// The `plugins` of a configuration, and all portals that it may name: built-in ones and theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/field.h"
#include "portals/kit/entry.h"
#include "portals/kit/exit.h"

namespace tt::portals::plugin {

struct PluginSpec {
  config::Path path;
  std::string sha256;
  config::Mark mark;

  static constexpr std::string_view kTypeName = "plugin";
  static constexpr auto fields() {
    return std::tuple{
        config::field(
            "path", &PluginSpec::path,
            "The shared object. It and its folder belong to root or to the daemon's user.")
            .required()
            .example("/usr/lib/time-tunnel/plugins/redis.so"),
        config::field("sha256", &PluginSpec::sha256,
                      "Hash of the file, in hex, as `vortex plugin check` prints it: another file "
                      "is not loaded.")
            .required()
            .example("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    };
  }
  static Status check(const PluginSpec& spec);
};

/// The portals that a configuration may name, alphabetical by name. They live as long as the
/// process.
struct Portals {
  std::vector<const EntryDescriptor*> entries;
  std::vector<const ExitDescriptor*> exits;
  bool is_incomplete = false;  ///< A plugin was refused: what it would bring is not known.
};

/// Loads what is listed and adds its portals to `built_in`. What cannot be loaded is an error in
/// the diagnostics, and left out.
Portals load_plugins(const std::vector<PluginSpec>& specs, Portals built_in,
                     config::ParseContext& context);

/// The package of a portal that comes with the project but not with the daemon, as
/// "time-tunnel-plugin-redis"; empty: `type` is none of these.
std::string package_of(std::string_view type);

/// Hash of the plugin that a portal comes from; empty when it is built in. Another hash is another
/// portal, whatever the configuration says of it.
std::string_view plugin_hash(const EntryDescriptor& type);
std::string_view plugin_hash(const ExitDescriptor& type);

}  // namespace tt::portals::plugin
