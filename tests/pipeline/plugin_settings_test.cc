// Configurations with plugins: their portals are routed to, and another file is another exit.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "pipeline/settings.h"
#include "portals/plugin/library.h"

namespace tt::pipeline {
namespace {

struct WithPlugin {
  config::Files files;
  config::Diagnostics diagnostics;
  std::shared_ptr<const Settings> settings;

  WithPlugin(const std::string& folder, const std::string& plugin) {
    const auto hash = portals::plugin::hash_of_plugin(plugin);
    EXPECT_TRUE(hash.ok());
    const std::string path = folder + "/vortex.yaml";
    std::ofstream(path) << "plugins: [{path: " << plugin << ", sha256: " << *hash << "}]\n"
                        << "entries: {in: {type: http, path: /in}}\n"
                        << "exits: {mine: {type: plain}}\n"
                        << "rules: [{name: all, to: mine}]\n";
    settings = load_settings({.paths = {path}}, files, diagnostics);
    EXPECT_TRUE(settings) << config::print_text(diagnostics, files);
  }
};

TEST(PluginSettings, a_new_file_of_a_plugin_is_another_exit_though_its_options_are_the_same) {
  const TemporaryFolder folder;
  const std::string one = TT_PLUGIN_DIR "/plain.so", two = folder / "plain.so";
  std::filesystem::copy_file(one, two);
  std::ofstream(two, std::ios::app) << "behind the end nothing is mapped";
  const WithPlugin before(folder.path(), one), same(folder.path(), one), after(folder.path(), two);
  ASSERT_TRUE(before.settings && same.settings && after.settings);
  EXPECT_EQ(before.settings->exits[0].fingerprint, same.settings->exits[0].fingerprint);
  EXPECT_NE(before.settings->exits[0].fingerprint, after.settings->exits[0].fingerprint);
  EXPECT_NE(before.settings->exits[0].type, after.settings->exits[0].type);
}

/// What is said of a configuration.
std::string told(const std::string& text) {
  const TemporaryFolder folder;
  const std::string path = folder / "vortex.yaml";
  std::ofstream(path) << text;
  config::Files files;
  config::Diagnostics diagnostics;
  (void)load_settings({.paths = {path}}, files, diagnostics);
  return config::print_text(diagnostics, files);
}

int count_of(const std::string& text, std::string_view word) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size())
    ++count;
  return count;
}

TEST(PluginSettings, a_portal_of_a_package_that_is_not_named_is_told_with_the_package) {
  const std::string text = told("exits: {bus: {type: nats, subject: x}}\n");
  EXPECT_NE(text.find("no exit portal `nats`"), std::string::npos) << text;
  EXPECT_NE(text.find("time-tunnel-plugin-nats"), std::string::npos) << text;
  EXPECT_NE(text.find("docs/guide/brokers.md"), std::string::npos) << text;
}

TEST(PluginSettings, what_is_wrong_with_a_plugin_is_told_once) {
  const std::string exits = "exits: {bus: {type: radis}}\nrules: [{name: all, to: bus}]\n";
  const std::string missing = told("plugins: [{path: /nowhere/x.so}]\n" + exits);
  EXPECT_EQ(count_of(missing, "error: "), 1) << missing;
  EXPECT_NE(missing.find("`sha256` is required"), std::string::npos) << missing;
  const std::string texts = told("plugins: [/nowhere/x.so, /nowhere/y.so]\n" + exits);
  EXPECT_EQ(count_of(texts, "error: "), 2) << texts;
  EXPECT_EQ(count_of(texts, "write `{path: ..., sha256: ...}`"), 2) << texts;
  const std::string digits = told("plugins: [{path: /nowhere/x.so, sha256: 12ab}]\n" + exits);
  EXPECT_EQ(count_of(digits, "error: "), 1) << digits;
  const std::string refused =
      told("plugins: [{path: /nowhere/x.so, sha256: \"" + std::string(64, '0') + "\"}]\n" + exits);
  EXPECT_EQ(count_of(refused, "error: "), 1) << refused;
}

TEST(PluginSettings, plugins_of_several_files_add_up) {
  const TemporaryFolder folder;
  std::vector<std::string> paths;
  for (const std::string name : {"plain", "odd"}) {
    const std::string file = TT_PLUGIN_DIR "/" + name + ".so";
    paths.push_back(folder / (name + ".yaml"));
    std::ofstream(paths.back()) << "plugins: [{path: " << file
                                << ", sha256: " << *portals::plugin::hash_of_plugin(file) << "}]\n";
  }
  std::ofstream(paths[1], std::ios::app)
      << "entries: {in: {type: http, path: /in}}\nexits: {mine: {type: plain}}\n"
      << "rules: [{name: all, to: mine}]\n";
  config::Files files;
  config::Diagnostics diagnostics;
  EXPECT_TRUE(load_settings({.paths = paths}, files, diagnostics))
      << config::print_text(diagnostics, files);
}

}  // namespace
}  // namespace tt::pipeline
