// Settings: the built-in default, and what is said about a configuration as a whole.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/settings.h"

#include <gtest/gtest.h>

#include "base/disk.h"
#include "base/temporary_folder.h"

namespace tt::pipeline {
namespace {

struct Loaded {
  std::shared_ptr<const Settings> settings;
  std::string text;
};

Loaded load(const std::string& yaml) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/vortex.yaml";
  EXPECT_TRUE(write_file(system_disk(), path, yaml).ok());
  config::Files files;
  config::Diagnostics diagnostics;
  ConfigSource source;
  source.paths = {path};
  Loaded loaded;
  loaded.settings = load_settings(source, files, diagnostics);
  loaded.text = config::print_text(diagnostics, files);
  return loaded;
}

TEST(Settings, the_built_in_default_is_valid_and_has_every_http_entry) {
  config::Files files;
  config::Diagnostics diagnostics;
  const auto settings = load_settings(ConfigSource{}, files, diagnostics);
  ASSERT_TRUE(settings) << config::print_text(diagnostics, files);
  EXPECT_TRUE(diagnostics.empty()) << config::print_text(diagnostics, files);
  ASSERT_TRUE(settings->find_entry("events"));
  EXPECT_EQ(settings->find_entry("events")->portal->path(), "/api/v1/events");
  ASSERT_TRUE(settings->find_entry("gitlab"));
  ASSERT_EQ(settings->exits.size(), 1u);
  EXPECT_EQ(settings->ruleset->exits()[0], "archive");
}

TEST(Settings, the_kept_text_masks_literal_credentials_wherever_they_may_stand) {
  for (const std::string option :
       {R"(url: "https://user:pass-w0rd@example.com/")",
        R"(url: "https://example.com/?a=b&access_token=pass-w0rd")",
        R"(url: "https://example.com/", headers: {Authorization: Bearer pass-w0rd})",
        R"(url: "https://example.com/", headers: {X-Api-Key: pass-w0rd, X-Plain: shown})"}) {
    const Loaded loaded = load("exits:\n  hook: {type: webhook, " + option + "}\n");
    ASSERT_TRUE(loaded.settings) << loaded.text;
    EXPECT_EQ(loaded.settings->text.find("pass-w0rd"), std::string::npos) << loaded.settings->text;
  }
}

TEST(Settings, a_header_that_holds_no_credential_stays_a_template) {
  const Loaded loaded = load(
      "exits:\n  hook: {type: webhook, url: 'https://example.com/', "
      "headers: {X-Plain: shown, X-Token: '{{ event.token }}'}}\n");
  ASSERT_TRUE(loaded.settings) << loaded.text;
  EXPECT_NE(loaded.settings->text.find("X-Plain: shown"), std::string::npos);
  EXPECT_NE(loaded.settings->text.find("{{ event.token }}"), std::string::npos);
}

TEST(Settings, two_entries_on_one_path_are_named_both) {
  const Loaded loaded =
      load("entries:\n  a: {type: http, path: /in}\n  b: {type: hook, path: /in}\n");
  EXPECT_FALSE(loaded.settings);
  EXPECT_NE(loaded.text.find("path-claimed"), std::string::npos) << loaded.text;
  EXPECT_NE(loaded.text.find(":3:"), std::string::npos) << loaded.text;
}

TEST(Settings, beyond_loopback_an_entry_and_the_api_need_auth) {
  const Loaded open = load("listen: 0.0.0.0:8420\nentries:\n  a: {type: http, path: /in}\n");
  EXPECT_FALSE(open.settings);
  EXPECT_NE(open.text.find("entry `a` can be reached"), std::string::npos) << open.text;
  EXPECT_NE(open.text.find("the API can be reached"), std::string::npos) << open.text;
  const Loaded meant = load(
      "listen: 0.0.0.0:8420\napi: {listen: 127.0.0.1:8421}\n"
      "entries:\n  a: {type: http, path: /in, auth: none}\n");
  EXPECT_TRUE(meant.settings) << meant.text;
}

TEST(Settings, an_unknown_type_gets_a_suggestion) {
  const Loaded loaded = load("exits:\n  chat: {type: slak, url: https://x.example}\n");
  EXPECT_FALSE(loaded.settings);
  EXPECT_NE(loaded.text.find("did you mean `slack`"), std::string::npos) << loaded.text;
}

TEST(Settings, an_exit_keeps_its_fingerprint_while_only_rules_change) {
  const std::string exits = "exits:\n  a: {type: stdout}\n  b: {type: stdout, line: x}\n";
  const Loaded one = load(exits + "rules:\n  - {to: a}\n");
  const Loaded two = load("# moved\n" + exits + "rules:\n  - {to: [a, b]}\n");
  ASSERT_TRUE(one.settings && two.settings) << one.text << two.text;
  EXPECT_EQ(one.settings->exits[0].fingerprint, two.settings->exits[0].fingerprint);
  EXPECT_NE(one.settings->exits[0].fingerprint, one.settings->exits[1].fingerprint);
}

}  // namespace
}  // namespace tt::pipeline
