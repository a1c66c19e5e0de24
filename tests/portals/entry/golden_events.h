// Golden events of an entry: one line a payload, in the folder of the portal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/units.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {

/// The events, with what each was made of as the member `made_of`, are those of
/// golden/shared_payloads.ndjson of that entry. TT_UPDATE_GOLDEN=1 rewrites the file.
/// `events`: pairs of what it was made of and the event's JSON.
void expect_golden(std::string_view entry, const auto& events, std::string_view made_of = "file") {
  namespace fs = std::filesystem;
  const std::string path =
      TT_SOURCE_DIR "/src/portals/entry/" + std::string(entry) + "/golden/shared_payloads.ndjson";
  std::string text;
  for (const auto& [made, json] : events)
    text += "{\"" + std::string(made_of) + "\":" + json_string(made) + ",\"event\":" + json + "}\n";
  if (std::getenv("TT_UPDATE_GOLDEN")) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }
  const auto now = split(text, '\n');
  const std::string golden = file_text(path);
  const auto before = split(golden, '\n');
  EXPECT_EQ(now.size(), before.size());
  for (std::size_t i = 0; i < std::min(now.size(), before.size()); ++i)
    EXPECT_EQ(now[i], before[i]);
}

/// What holds for every event of a documented payload: a message without holes (`bad`), a time and
/// a severity, and nothing cut.
inline void expect_readable(const boost::json::value& event,
                            std::initializer_list<std::string_view> bad) {
  const std::string_view message = text_at(event, "message");
  for (const std::string_view hole : bad)
    EXPECT_EQ(message.find(hole), std::string_view::npos) << hole;
  EXPECT_EQ(message, trim(message));
  EXPECT_TRUE(parse_time(text_at(event, "timestamp")));
  EXPECT_FALSE(text_at(event, "severity").empty());
  EXPECT_EQ(find_at(event, "truncated"), nullptr);
}

}  // namespace tt::portals::test
