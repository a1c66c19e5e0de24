// What tests of plugins share: libraries of tests/plugins, and their portals as configured by YAML.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "portals/exit/exit_fixture.h"
#include "portals/plugin/library.h"
#include "portals/plugin/options.h"

namespace tt::portals::plugin::test {

using portals::test::Configured;
using portals::test::kNow;
using portals::test::Outgoing;
using portals::test::TestSeams;

inline std::string plugin_path(const std::string& name) { return TT_PLUGIN_DIR "/" + name + ".so"; }

/// Loaded by the hash that it has.
inline Result<const Library*> load(const std::string& name) {
  TT_TRY(const std::string sha256, hash_of_plugin(plugin_path(name)));
  return load_library(plugin_path(name), sha256);
}

inline const Library& odd() {
  static const Library& made = []() -> const Library& {
    const auto library = load("odd");
    TT_ASSERT(library.ok());
    return **library;
  }();
  return made;
}
inline const PortalType& odd_portal(std::string_view name) {
  for (const auto& portal : odd().portals)
    if (portal->name == name) return *portal;
  std::abort();
}
inline const ExitDescriptor& odd_exit(std::string_view name) {
  for (const auto& exit : odd().exits)
    if (exit->name == name) return *exit;
  std::abort();
}

/// Forty characters, as the schema of the test plugin would have it.
inline const std::string kToken = "CANARY-7f3a9c-0123456789-0123456789-abcd";

/// Options of a portal of the test plugin; must be right.
inline PluginOptions options_of(std::string_view portal, const std::string& yaml) {
  config::Files files;
  config::Diagnostics diagnostics;
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = tmpl::shared_event_environment().environment()};
  const auto node = config::read_yaml(files, files.add("t.yaml", yaml), diagnostics);
  auto options = node ? read_options(odd_portal(portal), *node, context) : std::nullopt;
  EXPECT_TRUE(options) << config::print_text(diagnostics, files);
  return options ? *std::move(options) : PluginOptions();
}

}  // namespace tt::portals::plugin::test
