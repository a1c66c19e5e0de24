// What `vortex check` says about rules: tests/golden/rules/*.yaml and the text expected for each.
// SPDX-License-Identifier: Apache-2.0
#include "rules/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "world.h"

namespace tt::rules {
namespace {

namespace fs = std::filesystem;

fs::path folder() { return fs::path(TT_SOURCE_DIR) / "tests/golden/rules"; }

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class CheckGolden : public testing::TestWithParam<std::string> {};

TEST_P(CheckGolden, says_what_the_file_expects) {
  const fs::path yaml = folder() / (GetParam() + ".yaml");
  const fs::path expected = folder() / (GetParam() + ".txt");
  World world(read(yaml), GetParam() + ".yaml");
  const std::string said = world.checked();
  if (std::getenv("TT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected, std::ios::binary) << said;
    return;
  }
  ASSERT_TRUE(fs::exists(expected)) << "TT_UPDATE_GOLDEN=1 writes it:\n" << said;
  EXPECT_EQ(said, read(expected)) << "TT_UPDATE_GOLDEN=1 rewrites it";
}

INSTANTIATE_TEST_SUITE_P(Files, CheckGolden, testing::ValuesIn(case_names()),
                         [](const auto& info) { return info.param; });

TEST(Check, many_final_rules_stay_quick) {
  std::string yaml = "exits: {a: }\nrules:\n";
  for (int i = 0; i < 3000; ++i) {
    yaml += "  - {when: 'event.kind == \"k" + std::to_string(i) + "\"', to: a, final: true}\n";
  }
  World world(yaml);
  ASSERT_TRUE(world.ruleset) << world.printed();
  EXPECT_EQ(world.checked(), "");
}

}  // namespace
}  // namespace tt::rules
