// Every tests/golden/rehearse/<case>.yaml, a configuration with its tests, gives the report of
// <case>.txt (TT_UPDATE_GOLDEN=1 rewrites those).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rehearse/session.h"

namespace tt::rehearse {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(TT_SOURCE_DIR) / "tests/golden/rehearse";

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

TEST_P(Golden, the_report_is_as_recorded) {
  const std::filesystem::path golden = kFolder / (GetParam() + ".txt");
  Session session({}, system_disk());
  const SuiteResult result = session.run(kFolder / (GetParam() + ".yaml"));
  std::string text = text_report(result, false) + summary(totals_of({&result, 1})) + "\n";
  const std::string folder = kFolder.string() + "/";
  for (std::size_t at = 0; (at = text.find(folder)) != std::string::npos;)
    text.erase(at, folder.size());
  if (std::getenv("TT_UPDATE_GOLDEN")) std::ofstream(golden, std::ios::binary) << text;
  EXPECT_EQ(text, contents(golden));
}

INSTANTIATE_TEST_SUITE_P(Rehearse, Golden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace tt::rehearse
