// Every tests/golden/config/<case>.yaml gives the diagnostics of <case>.txt (TT_UPDATE_GOLDEN=1
// rewrites those).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/sample_config.h"

namespace tt::config {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(TT_SOURCE_DIR) / "tests/golden/config";

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, diagnostics_are_as_recorded) {
  const std::filesystem::path yaml = kFolder / (GetParam() + ".yaml");
  const std::filesystem::path golden = kFolder / (GetParam() + ".txt");
  sample::Session run;
  run.read(GetParam() + ".yaml", contents(yaml));
  const std::string text = run.text();
  if (std::getenv("TT_UPDATE_GOLDEN")) std::ofstream(golden, std::ios::binary) << text;
  EXPECT_EQ(text, contents(golden));
}

INSTANTIATE_TEST_SUITE_P(Config, Golden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace tt::config
