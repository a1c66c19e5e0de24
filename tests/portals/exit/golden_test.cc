// Golden requests: src/portals/exit/<name>/golden/*.txt hold events, `----`, options, `----`, and
// the requests that the exit makes of them, secrets masked. TT_UPDATE_GOLDEN=1 rewrites the last
// part.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSeparator = "----\n";

struct Golden {
  std::string events, options, requests;
};

Golden read_golden(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  Golden golden;
  const std::size_t first = text.find(kSeparator);
  if (first == std::string::npos) return golden;
  golden.events = text.substr(0, first);
  const std::size_t begin = first + kSeparator.size(), second = text.find(kSeparator, begin);
  golden.options = text.substr(begin, second == std::string::npos ? second : second - begin);
  if (second != std::string::npos) golden.requests = text.substr(second + kSeparator.size());
  return golden;
}

void append(std::string& out, const Result<ExitRequest>& request) {
  out += request ? masked_json(*request)
                 : JsonWriter().map().key("error").text(request.error().text).end().take();
  out += '\n';
}

std::string requests_of(const ExitPortal& portal, const Outgoing& events) {
  std::string out;
  if (portal.batches())
    append(out, portal.encode(events.all()));
  else
    for (std::size_t i = 0; i < events.size(); ++i) append(out, portal.encode(events.one(i)));
  return out;
}

class GoldenTest : public testing::TestWithParam<const ExitDescriptor*> {};

TEST_P(GoldenTest, events_become_the_expected_requests) {
  // A folder beside the portal, so that one change shows both.
  const fs::path folder =
      fs::path(TT_SOURCE_DIR) / "src/portals/exit" / GetParam()->name / "golden";
  std::vector<fs::path> cases;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".txt") cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  ASSERT_FALSE(cases.empty()) << "an exit has golden requests";
  for (const fs::path& path : cases) {
    SCOPED_TRACE(path.filename());
    const Golden golden = read_golden(path);
    const Configured configured(*GetParam(), golden.options);
    ASSERT_TRUE(configured.portal) << configured.problems();
    const std::string requests = requests_of(*configured.portal, Outgoing(golden.events));
    if (std::getenv("TT_UPDATE_GOLDEN")) {
      std::ofstream(path) << golden.events << kSeparator << golden.options << kSeparator
                          << requests;
    } else {
      EXPECT_EQ(requests, golden.requests);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Exits, GoldenTest, testing::ValuesIn(exit_catalog()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace tt::portals::test
